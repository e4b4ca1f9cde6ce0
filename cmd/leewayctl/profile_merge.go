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
the rows together; quantiles are computed anew from the bins; each limit is the greatest of its parts.`,
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
			for _, path := range paths {
				p, err := profile.ReadFile(path)
				if err != nil {
					return err
				}
				if command.Flags().Changed("version") {
					p.Version = version
				}
				if merged == nil {
					merged = p
					continue
				}
				if merged, err = profile.Merge(merged, p); err != nil {
					return fmt.Errorf("%s: %w", path, err)
				}
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
