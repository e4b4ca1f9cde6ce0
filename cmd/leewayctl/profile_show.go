package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/profile/build"
)

func newProfileShowCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "show PROFILE",
		Short:   "Print what a profile says, readably",
		Example: `  leewayctl profile show profiles/fraud.json`,
		Args:    cobra.ExactArgs(1),
		RunE: func(command *cobra.Command, args []string) error {
			p, err := profile.ReadFile(args[0])
			if err != nil {
				return err
			}
			return writeSummary(command.OutOrStdout(), p)
		},
	}
}

// writeSummary prints a profile for people.
func writeSummary(out io.Writer, p *profile.Profile) error {
	fmt.Fprintf(out, "%s, id %s\n", nameOf(p), p.ID())
	if p.Task != "" {
		task := string(p.Task)
		if p.PositiveClass != "" {
			task += fmt.Sprintf(", scores are for class %q", p.PositiveClass)
		}
		fmt.Fprintf(out, "task      %s\n", task)
	}
	from := strings.Join(p.Provenance.Files, ", ")
	if p.Provenance.Learned {
		from = "live traffic"
	}
	fmt.Fprintf(out, "rows      %d, from %s\n", p.Provenance.Rows, from)
	if start, end := p.Provenance.Start, p.Provenance.End; !start.IsZero() {
		fmt.Fprintf(out, "times     %s to %s (%s)\n", start.Format(time.DateTime), end.Format(time.DateTime), spanText(end.Sub(start)))
	}
	rhythm := map[profile.Cycle]string{profile.Week: "hours of the week", profile.Day: "hours of the day", profile.Steady: "none"}[p.Rhythm.Cycle]
	if p.Rhythm.Cycle != profile.Steady {
		zone := p.Rhythm.TimeZone
		if zone == "" {
			zone = "UTC"
		}
		rhythm += ", " + zone
	}
	fmt.Fprintf(out, "rhythm    %s\n", rhythm)
	if len(p.Segments) > 0 {
		fmt.Fprintf(out, "segments  %d\n", len(p.Segments))
	}
	if err := writeNumeric(out, p); err != nil {
		return err
	}
	if err := writeCategorical(out, p); err != nil {
		return err
	}
	if err := writeImportances(out, p); err != nil {
		return err
	}
	if err := writeJoint(out, p); err != nil {
		return err
	}
	if err := writeVectors(out, p); err != nil {
		return err
	}
	if err := writeQuality(out, p); err != nil {
		return err
	}
	if err := writeLimits(out, p); err != nil {
		return err
	}
	return writeJointLimits(out, p)
}

func writeNumeric(out io.Writer, p *profile.Profile) error {
	var rows []string
	for _, key := range p.Keys() {
		v := p.Variable(key)
		if v.Type != profile.Numeric {
			continue
		}
		bins := fmt.Sprint(len(v.Counts))
		if v.Discrete {
			bins = fmt.Sprintf("%d values", len(v.Bounds)-1)
		}
		rows = append(rows, strings.Join([]string{label(key), missingText(v), bins, short(v.Min), quantile(v, "0.05"), quantile(v, "0.5"), quantile(v, "0.95"),
			short(v.Max), short(v.Mean), short(v.StdDev)}, "\t"))
	}
	return writeTable(out, "numeric\tmissing\tbins\tmin\t5 %\tmedian\t95 %\tmax\tmean\tstd dev", rows)
}

func writeCategorical(out io.Writer, p *profile.Profile) error {
	var rows []string
	for _, key := range p.Keys() {
		v := p.Variable(key)
		if v.Type == profile.Numeric {
			continue
		}
		total := float64(max(1, v.Observed()))
		var top []string
		for i, c := range v.Categories {
			if i == 3 {
				break
			}
			top = append(top, fmt.Sprintf("%s %s", clip(c), percent(float64(v.Counts[i])/total)))
		}
		rows = append(rows, strings.Join([]string{label(key), missingText(v), fmt.Sprint(len(v.Categories)),
			percent(float64(v.Counts[len(v.Categories)]) / total), strings.Join(top, ", ")}, "\t"))
	}
	return writeTable(out, "categorical\tmissing\tcategories\tother\tmost frequent", rows)
}

// writeLimits prints for each window how far PSI strays by itself over the reference's own chunks.
func writeLimits(out io.Writer, p *profile.Profile) error {
	windows := map[string]bool{}
	for _, key := range p.Keys() {
		for w := range p.Variable(key).Limits {
			windows[w] = true
		}
	}
	if len(windows) == 0 {
		return nil
	}
	names := slices.SortedFunc(maps.Keys(windows), byLength)
	var rows []string
	for _, key := range p.Keys() {
		fields := []string{label(key)}
		for _, w := range names {
			l, ok := p.Variable(key).Limits[w]["psi"]
			if !ok {
				fields = append(fields, "-")
				continue
			}
			fields = append(fields, fmt.Sprintf("%.3f (%d)", l.Greatest, l.Chunks))
		}
		rows = append(rows, strings.Join(fields, "\t"))
	}
	return writeTable(out, "PSI of the reference's own chunks\t"+strings.Join(names, "\t"), rows)
}

// byLength sorts windows, the shortest first.
func byLength(a, b string) int {
	x, errX := build.ParseWindow(a)
	y, errY := build.ParseWindow(b)
	if errX != nil || errY != nil || x == y {
		return strings.Compare(a, b)
	}
	return cmp.Compare(x, y)
}

func writeTable(out io.Writer, header string, rows []string) error {
	if len(rows) == 0 {
		return nil
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "\n"+header)
	for _, r := range rows {
		fmt.Fprintln(table, r)
	}
	return table.Flush()
}

// label is a feature's name, other variables' keys.
func label(key string) string { return strings.TrimPrefix(key, "feature/") }

func missingText(v *profile.Variable) string {
	total := v.Observed() + v.Missing + v.WrongType + v.NonFinite
	if v.Missing == 0 || total == 0 {
		return "-"
	}
	return percent(float64(v.Missing) / float64(total))
}

func quantile(v *profile.Variable, p string) string {
	if x, ok := v.Quantiles[p]; ok {
		return short(x)
	}
	return "-"
}

func percent(share float64) string {
	if share > 0 && share < 0.001 {
		return "<0.1 %"
	}
	return fmt.Sprintf("%.1f %%", 100*share)
}

func short(x float64) string { return fmt.Sprintf("%.4g", x) }

func clip(s string) string {
	if r := []rune(s); len(r) > 20 {
		return string(r[:19]) + "…"
	}
	return s
}

func spanText(d time.Duration) string {
	if d >= 48*time.Hour {
		return fmt.Sprintf("%.1f days", d.Hours()/24)
	}
	return fmt.Sprintf("%.1f hours", d.Hours())
}
