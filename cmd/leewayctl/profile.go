package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/leeway-ml/leeway/internal/replay"
	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/profile/build"
)

// profileFlags are the flags of `leewayctl profile` that need a translation.
type profileFlags struct {
	options      build.Options
	task         string
	where        []string
	types        map[string]string
	segments     []string
	binsFrom     string
	joint        bool
	rebase       string
	output       string
	force, quiet bool
}

// newProfileCommand makes profiles; its subcommands read them.
func newProfileCommand() *cobra.Command {
	f := &profileFlags{options: build.DefaultOptions()}
	command := &cobra.Command{
		Use:   "profile FILE...",
		Short: "Make a reference profile from files of predictions; show, compare, merge and check profiles",
		Long: `Make a reference profile: what the model's inputs and outputs looked like when it was good.
Files are CSV, JSON lines or Parquet, compressed with gzip or not, one row a prediction, in any order. They are read several
times, in constant memory. Every column that no flag names is a feature. Take held-out rows or the first weeks of production,
whole weeks of them: training rows flatter a model.`,
		Example: `  leewayctl profile predictions.csv.gz --model fraud --time-column timestamp --id-column prediction_id \
      --class-column predicted --score-column score --positive-class fraud
  leewayctl profile predictions.csv.gz --truth truth.csv.gz --model fraud --id-column prediction_id --score-column score
  leewayctl profile march.parquet april.parquet --model demand --value-column predicted --label-column actual
  leewayctl profile show profiles/fraud.json`,
		Args: func(_ *cobra.Command, files []string) error {
			if len(files) == 0 {
				return fmt.Errorf("no file given; name the CSV, JSON lines or Parquet files to make the profile from, or see --help")
			}
			return nil
		},
		RunE: func(command *cobra.Command, files []string) error {
			f.options.WithoutTime = command.Flags().Changed("time-column") && f.options.TimeColumn == ""
			return f.run(command.Context(), files, command.OutOrStdout(), command.ErrOrStderr())
		},
	}
	o, flags := &f.options, command.Flags()
	flags.SortFlags = false
	flags.StringVar(&o.Model, "model", "", "name of the model (required)")
	flags.StringVar(&o.Version, "version", "", "version of the model (default: the profile stands for every version)")
	flags.StringVar(&f.task, "task", "", "binary, multiclass, regression or ranking (default: what the columns show)")
	flags.StringVar(&o.PositiveClass, "positive-class", "", "class that a binary model's scores are for (default: the one called 1, true, yes or positive)")
	flags.StringArrayVar(&f.where, "where", nil, "column=value: only rows that have it; given several times, all columns must fit, one of a column's values")
	flags.StringVar(&o.TimeColumn, "time-column", "", `column that holds the row's time (default: timestamp, if there is one; "" for none)`)
	flags.StringVar(&o.TimeFormat, "time-format", "", "s, ms, us or ns since 1970, or a format like %d.%m.%Y %H:%M (default: told from the values)")
	flags.StringVar(&o.TimeZone, "time-zone", "", "where days and weeks begin, Europe/Berlin for example; also of times without an offset (default: UTC)")
	flags.StringVar(&o.ScoreColumn, "score-column", "", "column that holds the score, 0 to 1")
	flags.StringVar(&o.ClassColumn, "class-column", "", "column that holds the predicted class")
	flags.StringVar(&o.ValueColumn, "value-column", "", "column that holds the predicted value of a regression")
	flags.StringVar(&o.LabelColumn, "label-column", "", "column that holds the true class or value; with --truth: of that file (default there: label)")
	flags.StringVar(&o.Truth.Path, "truth", "", "file that holds the true classes or values, joined by the prediction's id; about 100 bytes of memory a label")
	flags.StringVar(&o.Truth.IDColumn, "truth-id-column", "", "column of that file that holds the prediction's id (default: as --id-column)")
	flags.StringToStringVar(&o.ProbabilityColumns, "probability-column", nil, "class=column, for each class of a multiclass model")
	flags.StringVar(&o.IDColumn, "id-column", "", "column that holds the prediction's id; it is left out")
	flags.StringSliceVar(&o.Exclude, "exclude", nil, "columns that are no features")
	flags.StringSliceVar(&o.Features, "features", nil, "columns that are features (default: all that are nothing else)")
	flags.StringArrayVar(&f.segments, "segment", nil, "column[,column]: also keep the reference of each slice; may be given several times")
	flags.StringSliceVar(&o.Windows, "windows", o.Windows, "lengths of windows to learn limits for")
	flags.StringVar(&o.Rhythm, "rhythm", o.Rhythm, "auto, week, day or none; auto is week from three weeks on, day from three days, else none")
	flags.StringToStringVar(&f.types, "type", nil, "feature=numeric, categorical or boolean, where the values mislead")
	flags.StringSliceVar(&o.Missing, "missing", nil, "texts that mean a missing value, beside the empty one")
	flags.IntVar(&o.Bins, "bins", o.Bins, "bins of a numeric feature; one with no more distinct values gets a bin for each")
	flags.StringVar(&f.binsFrom, "bins-from", "", "profile whose bins to use, so that the two can be merged")
	flags.BoolVar(&f.joint, "joint", true, "also keep the reference of the features together, which shows what drifts only jointly; two more passes over the files")
	flags.StringSliceVar(&o.JointExclude, "joint-exclude", nil, "features that the reference of the features together leaves out: such as wander by themselves (a month, a price), which makes it blind")
	flags.IntVar(&o.Categories, "categories", o.Categories, "categories kept by name; the rest is other")
	flags.IntVar(&o.MinSamples, "min-samples", o.MinSamples, "rows that a chunk of a window's length must have to count")
	flags.StringVar(&o.Importances, "importances", "", "file that says how much each feature matters to the model: a JSON object of features and numbers, or a CSV with the columns feature and importance")
	flags.StringVar(&o.TrainingRunID, "training-run-id", "", "id of the training run, for the profile's provenance")
	flags.StringVar(&o.TrainingDatasetID, "training-dataset-id", "", "id of the data set that the model was trained on")
	flags.StringVar(&f.rebase, "rebase", "", "time at which a log ends that is replayed with --rebase: shift the profile's times by as many weeks, so that its age is as it was then")
	flags.StringVar(&f.output, "output", "", "file to write (default: ./profiles/<model>[-version].json)")
	flags.BoolVar(&f.force, "force", false, "overwrite the file if it is there")
	flags.BoolVar(&f.quiet, "quiet", false, "no progress bar and no summary; warnings still go to the error output")
	command.AddCommand(newProfileShowCommand(), newProfileDiffCommand(), newProfileMergeCommand(), newProfileValidateCommand())
	return command
}

// complete checks the flags and fills what follows from others.
func (f *profileFlags) complete() error {
	o := &f.options
	if o.Model == "" {
		return fmt.Errorf("--model is missing: name the model as its events do in ml.model.name")
	}
	o.Task, o.WithoutJoint = profile.Task(f.task), !f.joint
	for _, w := range f.where {
		column, value, ok := strings.Cut(w, "=")
		if !ok {
			return fmt.Errorf("--where %q: write column=value", w)
		}
		o.Where = append(o.Where, build.Condition{Column: column, Value: value})
	}
	o.Types = map[string]profile.Type{}
	for name, t := range f.types {
		o.Types[name] = profile.Type(t)
	}
	for _, s := range f.segments {
		o.Segments = append(o.Segments, strings.Split(s, ","))
	}
	if f.binsFrom != "" {
		from, err := profile.ReadFile(f.binsFrom)
		if err != nil {
			return fmt.Errorf("--bins-from: %w", err)
		}
		o.BinsOf = from
	}
	if f.output == "" {
		f.output = filepath.Join("profiles", fileName(o.Model, o.Version))
	}
	return refuseToOverwrite(f.output, f.force)
}

// fileName is a model's default file name, without what file systems refuse.
func fileName(model, version string) string {
	name := model
	if version != "" {
		name += "-" + version
	}
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\:*?"<>| `, r) || r < ' ' {
			return '_'
		}
		return r
	}, name) + ".json"
}

func refuseToOverwrite(path string, force bool) error {
	if _, err := os.Stat(path); err == nil && !force {
		return fmt.Errorf("%s is there already; overwrite it with --force, or write another file with --output", path)
	}
	return nil
}

func (f *profileFlags) run(ctx context.Context, files []string, out, errOut io.Writer) error {
	if err := f.complete(); err != nil {
		return err
	}
	started := time.Now()
	bar := f.progress(errOut)
	result, err := build.Build(ctx, files, f.options)
	bar.end()
	if err != nil {
		return err
	}
	for _, w := range result.Warnings {
		fmt.Fprintln(errOut, "warning:", w)
	}
	if err := f.shift(&result.Profile.Provenance); err != nil {
		return err
	}
	size, err := writeProfile(result.Profile, f.output)
	if err != nil {
		return err
	}
	if f.quiet {
		return nil
	}
	if err := writeSummary(out, result.Profile); err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "\nwrote %s (%s) in %s\n", f.output, bytesText(size), time.Since(started).Round(10*time.Millisecond))
	return err
}

// shift moves the times that a profile is of to where a replay with --rebase moves a log that ends at the given time. Hours and
// days of the week stay what they are.
func (f *profileFlags) shift(p *profile.Provenance) error {
	end, err := moment("--rebase", f.rebase)
	if err != nil || f.rebase == "" {
		return err
	}
	if p.End.IsZero() {
		return fmt.Errorf("--rebase %s: the rows have no times; leave it out, or name their column with --time-column", f.rebase)
	}
	if end.Before(p.End) {
		return fmt.Errorf("--rebase %s is before the last row, of %s; name the time at which the log ends that is replayed", f.rebase, p.End.UTC().Format(time.RFC3339))
	}
	zone, err := time.LoadLocation(f.options.TimeZone)
	if err != nil {
		return err
	}
	shifted := replay.Rebase(end, time.Now(), zone)
	p.Start, p.End = shifted(p.Start).UTC(), shifted(p.End).UTC()
	return nil
}

// writeProfile writes to a file beside the path and renames it, so that nobody ever reads half a profile.
func writeProfile(p *profile.Profile, path string) (size int64, err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return 0, err
	}
	file, err := os.CreateTemp(filepath.Dir(path), ".profile-*")
	if err != nil {
		return 0, err
	}
	defer func() { _ = os.Remove(file.Name()) }() // does nothing once it is renamed
	err = p.Write(file)
	if err == nil {
		err = file.Chmod(0o644)
	}
	if info, statErr := file.Stat(); statErr == nil {
		size = info.Size()
	}
	if closeErr := file.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return 0, err
	}
	return size, os.Rename(file.Name(), path)
}

// passBar shows how far the present pass is; nil where nobody looks.
type passBar struct {
	bar  *progressbar.ProgressBar
	pass int
	out  io.Writer
}

func (f *profileFlags) progress(errOut io.Writer) *passBar {
	terminal, ok := errOut.(*os.File)
	if f.quiet || !ok || !term.IsTerminal(int(terminal.Fd())) {
		return nil
	}
	b := &passBar{out: errOut}
	f.options.OnProgress = b.show
	return b
}

func (b *passBar) show(p build.Progress) {
	if b.bar == nil || p.Pass != b.pass {
		b.end()
		b.pass = p.Pass
		b.bar = progressbar.NewOptions64(p.Total, progressbar.OptionSetWriter(b.out), progressbar.OptionShowBytes(true),
			progressbar.OptionSetDescription(fmt.Sprintf("pass %d: %s", p.Pass, p.What)), progressbar.OptionClearOnFinish())
	}
	_ = b.bar.Set64(min(p.Done, p.Total))
}

func (b *passBar) end() {
	if b != nil && b.bar != nil {
		_ = b.bar.Finish()
		b.bar = nil
	}
}

func bytesText(n int64) string {
	if n < 1<<20 {
		return fmt.Sprintf("%.0f kB", float64(n)/1000)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/1e6)
}
