package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/leeway-ml/leeway/profile"
)

func newProfileMergeCommand() *cobra.Command {
	var output, version string
	var force bool
	command := &cobra.Command{
		Use:   "merge PROFILE PROFILE...",
		Short: "Add up profiles that have the same bins",
		Long: `Add up profiles of the same model and version that have the same bins. Counts, means and standard deviations are those of
the rows together; quantiles are computed anew from the bins; each limit is the greatest of its parts. What there is to the inputs
together, and to vectors, is left out: it can't be added up.`,
		Example: `  leewayctl profile merge shard-*.json --output profiles/fraud.json`,
		Args:    cobra.MinimumNArgs(2),
		RunE: func(command *cobra.Command, paths []string) error {
			if output == "" {
				return fmt.Errorf("--output is missing: name the file to write")
			}
			if err := refuseToOverwrite(output, force); err != nil {
				return err
			}
			var merged *profile.Profile
			var left bool
			for _, path := range paths {
				p, err := profile.ReadFile(path)
				if err != nil {
					return err
				}
				if command.Flags().Changed("version") {
					p.Version = version
				}
				left = left || p.Joint != nil || len(p.Vectors) > 0
				if merged == nil {
					merged = p
					continue
				}
				if merged, err = profile.Merge(merged, p); err != nil {
					return fmt.Errorf("%s: %w", path, err)
				}
			}
			if left && merged.Joint == nil && len(merged.Vectors) == 0 {
				fmt.Fprintln(command.ErrOrStderr(), "warning: the merged profile has no joint reference and no vectors; give all files to one leewayctl profile to have them")
			}
			size, err := writeProfile(merged, output)
			if err != nil {
				return err
			}
			if err := writeSummary(command.OutOrStdout(), merged); err != nil {
				return err
			}
			_, err = fmt.Fprintf(command.OutOrStdout(), "\nwrote %s (%s)\n", output, bytesText(size))
			return err
		},
	}
	command.Flags().StringVar(&output, "output", "", "file to write (required)")
	command.Flags().StringVar(&version, "version", "", `version that the merged profile names, whatever its parts name ("" for every version)`)
	command.Flags().BoolVar(&force, "force", false, "overwrite the file if it is there")
	return command
}
