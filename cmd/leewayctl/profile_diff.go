package main

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/leeway-ml/leeway/profile"
)

func newProfileDiffCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "diff OLD NEW",
		Short: "Say what differs between two profiles",
		Long: `Say what differs between two profiles: variables added and removed, bins, categories, distributions (as PSI over the old
profile's deciles or categories), missing values, segments, quality.`,
		Example: `  leewayctl profile diff profiles/fraud-3.json profiles/fraud-4.json`,
		Args:    cobra.ExactArgs(2),
		RunE: func(command *cobra.Command, paths []string) error {
			a, err := profile.ReadFile(paths[0])
			if err != nil {
				return err
			}
			b, err := profile.ReadFile(paths[1])
			if err != nil {
				return err
			}
			out := command.OutOrStdout()
			fmt.Fprintf(out, "old: %s, id %s, %d rows\nnew: %s, id %s, %d rows\n", nameOf(a), a.ID(), a.Provenance.Rows, nameOf(b), b.ID(), b.Provenance.Rows)
			differences := append(profile.Diff(a, b), qualityDifferences(a, b)...)
			if len(differences) == 0 {
				_, err := fmt.Fprintln(out, "no differences")
				return err
			}
			table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
			for _, d := range differences {
				fmt.Fprintf(table, "%s\t%s\n", label(d.Path), d.Text)
			}
			return table.Flush()
		},
	}
}
