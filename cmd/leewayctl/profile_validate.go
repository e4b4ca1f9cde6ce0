package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/profile/joint"
)

func newProfileValidateCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "validate PROFILE...",
		Short:   "Check that files are profiles, and say what is wrong with those that are not",
		Example: `  leewayctl profile validate profiles/*.json`,
		Args:    cobra.MinimumNArgs(1),
		RunE: func(command *cobra.Command, paths []string) error {
			bad := 0
			for _, path := range paths {
				p, err := profile.ReadFile(path)
				if err == nil && p.Joint != nil {
					if _, err = joint.NewSketcher(p); err != nil {
						err = fmt.Errorf("%s: %w", path, err)
					}
				}
				if err != nil {
					bad++
					fmt.Fprintln(command.ErrOrStderr(), err)
					continue
				}
				fmt.Fprintf(command.OutOrStdout(), "%s: ok, %s, id %s\n", path, nameOf(p), p.ID())
			}
			if bad > 0 {
				return fmt.Errorf("%d of %d files are no valid profiles", bad, len(paths))
			}
			return nil
		},
	}
}

// nameOf is the model and what versions the profile stands for.
func nameOf(p *profile.Profile) string {
	if p.Version == "" {
		return "model " + p.Model + ", every version"
	}
	return "model " + p.Model + ", version " + p.Version
}
