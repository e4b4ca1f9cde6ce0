package leewaytest

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
)

// BinEnv names the folder of binaries that are to be tested as they are, without building them.
const BinEnv = "LEEWAY_BIN"

// Binaries are the paths of the programs under test.
type Binaries struct{ Leeway, Leewayctl string }

var built = sync.OnceValues(build)

// Build returns the programs, built once a test process, or those in the folder that LEEWAY_BIN names.
func Build(t testing.TB) Binaries {
	t.Helper()
	binaries, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return binaries
}

func build() (Binaries, error) {
	if folder := os.Getenv(BinEnv); folder != "" {
		b := Binaries{filepath.Join(folder, "leeway"), filepath.Join(folder, "leewayctl")}
		for _, path := range []string{b.Leeway, b.Leewayctl} {
			if _, err := os.Stat(path); err != nil {
				return Binaries{}, fmt.Errorf("%s=%s: %w; run make build, or unset the variable", BinEnv, folder, err)
			}
		}
		return b, nil
	}
	root, err := repository()
	if err != nil {
		return Binaries{}, err
	}
	// One folder for all test processes: the go command links nothing that is up to date.
	folder := filepath.Join(root, "build", "test")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return Binaries{}, err
	}
	lock, err := os.Create(filepath.Join(folder, ".lock"))
	if err != nil {
		return Binaries{}, err
	}
	defer lock.Close()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		return Binaries{}, fmt.Errorf("locking %s: %w", lock.Name(), err)
	}
	command := exec.Command("go", "build", "-o", folder+string(filepath.Separator), "./cmd/leeway", "./cmd/leewayctl")
	command.Dir = root
	if output, err := command.CombinedOutput(); err != nil {
		return Binaries{}, fmt.Errorf("%s: %w\n%s", command, err, output)
	}
	return Binaries{filepath.Join(folder, "leeway"), filepath.Join(folder, "leewayctl")}, nil
}

// Repository is the root folder of the project.
func Repository(t testing.TB) string {
	t.Helper()
	root, err := repository()
	if err != nil {
		t.Fatal(err)
	}
	return root
}

func repository() (string, error) {
	folder, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(folder, "builder-config.yaml")); err == nil {
			return folder, nil
		}
		parent := filepath.Dir(folder)
		if parent == folder {
			return "", errors.New("no builder-config.yaml in this folder or above it: not inside the repository")
		}
		folder = parent
	}
}
