package main

import (
	"github.com/spf13/cobra"
)

// newProfileCommand makes profiles; its subcommands read them.
func newProfileCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "profile",
		Short: "Make and read reference profiles",
	}
	command.AddCommand(newProfileValidateCommand())
	return command
}
