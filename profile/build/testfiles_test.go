package build

import (
	"compress/gzip"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/leeway-ml/leeway/profile"
)

// write writes a file into a folder of the test's own; gzipped where its name says so.
func write(t testing.TB, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	file, err := os.Create(path)
	require.NoError(t, err)
	defer file.Close()
	if strings.HasSuffix(name, ".gz") {
		z := gzip.NewWriter(file)
		_, err = z.Write([]byte(content))
		require.NoError(t, err)
		require.NoError(t, z.Close())
		return path
	}
	_, err = file.WriteString(content)
	require.NoError(t, err)
	return path
}

// options are the defaults, for model m.
func options(change ...func(*Options)) Options {
	o := DefaultOptions()
	o.Model = "m"
	o.Created = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, c := range change {
		c(&o)
	}
	return o
}

// made is the profile of the files; an error ends the test.
func made(t testing.TB, o Options, files ...string) *profile.Profile {
	t.Helper()
	result, err := Build(t.Context(), files, o)
	require.NoError(t, err)
	return result.Profile
}

// event is a row of generated data.
type event struct {
	at      time.Time
	amount  float64
	country string
	member  bool
	score   float64
}

// month is n events of 28 days from a Monday on, in order of time, with rhythm in the amount.
func month(n int) []event {
	random := rand.New(rand.NewPCG(1, 2))
	start := time.Date(2025, 6, 2, 0, 0, 0, 0, time.UTC)
	events := make([]event, n)
	for i := range events {
		at := start.Add(28 * 24 * time.Hour / time.Duration(n) * time.Duration(i))
		e := &events[i]
		*e = event{at: at, amount: float64(at.Hour()) + 3*random.NormFloat64(), country: []string{"DE", "DE", "DE", "FR", "FR", "IT"}[random.IntN(6)], member: random.IntN(3) == 0}
		e.score = random.Float64()
	}
	return events
}

func toCSV(events []event) string {
	var b strings.Builder
	b.WriteString("timestamp,amount,country,member,score\n")
	for i, e := range events {
		amount := fmt.Sprint(e.amount)
		if i%50 == 7 {
			amount = ""
		}
		fmt.Fprintf(&b, "%s,%s,%s,%t,%v\n", e.at.Format(time.RFC3339Nano), amount, e.country, e.member, e.score)
	}
	return b.String()
}
