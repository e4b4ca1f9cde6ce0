// Command leewayctl is the tool for people: it makes and compares profiles, replays prediction logs, reports what drifted.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/spf13/cobra"
)

// version is set by the linker in releases.
var version = ""

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := newRootCommand().ExecuteContext(ctx); err != nil {
		if errors.Is(err, context.Canceled) {
			err = errors.New("interrupted")
		}
		fmt.Fprintln(os.Stderr, "leewayctl:", err)
		os.Exit(1)
	}
}

// newRootCommand is the whole tool; each subcommand has a file of its own. Cobra adds completion and help.
func newRootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:           "leewayctl",
		Short:         "Make reference profiles, replay prediction logs, and report what drifted",
		Version:       buildVersion(),
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.AddCommand(
		newProfileCommand(),
		newReplayCommand(),
		newReportCommand(),
	)
	return root
}

// buildVersion is the linker's version, else that of the module, else the commit.
func buildVersion() string {
	if version != "" {
		return version
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			return s.Value[:12]
		}
	}
	return "development"
}
