package main

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/leeway-ml/leeway/profile"
)

// leewayctl runs the whole tool in this process.
func leewayctl(t *testing.T, args ...string) (out, errOut string, err error) {
	t.Helper()
	root := newRootCommand()
	var stdout, stderr bytes.Buffer
	root.SetOut(&stdout)
	root.SetErr(&stderr)
	root.SetArgs(args)
	err = root.ExecuteContext(t.Context())
	return stdout.String(), stderr.String(), err
}

// predictions writes a log of four weeks, every 20 minutes, to a folder that becomes the working directory.
func predictions(t *testing.T) {
	t.Helper()
	t.Chdir(t.TempDir())
	var b strings.Builder
	b.WriteString("prediction_id,timestamp,amount,country,split,predicted,score,label\n")
	at := time.Date(2025, 6, 2, 0, 0, 0, 0, time.UTC)
	for i := range 28 * 72 {
		country, class := []string{"DE", "FR", "IT", "DE"}[i%4], []string{"ok", "fraud", "ok"}[i%3]
		fmt.Fprintf(&b, "p%d,%s,%d.%d,%s,%s,%s,%g,%s\n", i, at.Format(time.RFC3339), i%24, i*7%10, country, []string{"reference", "production"}[i/1500], class, float64(i*37%1000)/1000, class)
		at = at.Add(20 * time.Minute)
	}
	require.NoError(t, os.WriteFile("log.csv", []byte(b.String()), 0o600))
}

func TestProfileCommand(t *testing.T) {
	predictions(t)
	arguments := strings.Fields("profile log.csv --model fraud --version 3 --where split=reference --id-column prediction_id --class-column predicted" +
		" --score-column score --label-column label --positive-class fraud --time-zone Europe/Berlin --segment country --training-run-id run-1 --windows 24h,7d" +
		" --type country=categorical --missing NA --rhythm week --min-samples 50")
	out, errOut, err := leewayctl(t, arguments...)
	require.NoError(t, err)
	for _, want := range []string{
		"model fraud, version 3, id ", `task      binary, scores are for class "fraud"`, "rows      1500, from log.csv",
		"times     2025-06-02 00:00:00 to 2025-06-22 19:40:00 (20.8 days)", "rhythm    hours of the week, Europe/Berlin", "segments  3",
		"numeric", "amount", "score/fraud", "categorical", "country", "DE 50.0 %, FR 25.0 %, IT 25.0 %", "true_class", "PSI of the reference's own chunks",
		"wrote profiles/fraud-3.json",
	} {
		assert.Contains(t, out, want)
	}
	assert.NotContains(t, out, "prediction_id")
	assert.Contains(t, errOut, "warning: window 7d: 2 chunks of at least 50 rows")
	assert.NotContains(t, errOut, "pass 1", "no progress bar where nobody looks")

	p, err := profile.ReadFile("profiles/fraud-3.json")
	require.NoError(t, err)
	assert.Equal(t, "run-1", p.Provenance.TrainingRunID)
	assert.Equal(t, []string{"feature/amount", "feature/country", "score/fraud", "class", "true_class"}, p.Keys())
	assert.Contains(t, out, p.ID())

	_, _, err = leewayctl(t, arguments...)
	assert.ErrorContains(t, err, "profiles/fraud-3.json is there already; overwrite it with --force")
	out, _, err = leewayctl(t, append(arguments, "--force", "--quiet")...)
	require.NoError(t, err)
	assert.Empty(t, out)
	files, err := os.ReadDir("profiles")
	require.NoError(t, err)
	assert.Len(t, files, 1, "nothing else is left behind")
}

func TestProfileImportances(t *testing.T) {
	predictions(t)
	require.NoError(t, os.WriteFile("importances.csv", []byte("feature,importance\namount,0.3\ncountry,0.1\n"), 0o600))
	out, _, err := leewayctl(t, "profile", "log.csv", "--model", "m", "--features", "amount,country", "--importances", "importances.csv")
	require.NoError(t, err)
	assert.Regexp(t, `feature +importance +share\namount +0\.3 +75\.0 %\ncountry +0\.1 +25\.0 %`, out)
	_, _, err = leewayctl(t, "profile", "log.csv", "--model", "m", "--features", "amount", "--importances", "importances.csv", "--force")
	assert.ErrorContains(t, err, `--importances importances.csv: "country" (0.1) is no feature; there are "amount"`)
}

func TestProfileJoint(t *testing.T) {
	predictions(t)
	common := strings.Fields("profile log.csv --model m --features amount,country,score --rhythm day --min-samples 50")
	out, _, err := leewayctl(t, append(common, "--output", "joint.json")...)
	require.NoError(t, err)
	assert.Regexp(t, `together  3 features of 6 dimensions; \d components explain \d\d\.\d %; reconstruction error \d\.\d+, std dev 0\.\d+; bandwidth \d\.\d+`, out)
	assert.Regexp(t, `amount and score +-?0\.\d\d`, out)
	assert.Regexp(t, `together: mmd +0\.\d+ \(28\)`, out)
	without, _, err := leewayctl(t, append(common, "--output", "without.json", "--joint=false")...)
	require.NoError(t, err)
	assert.NotContains(t, without, "together")

	out, _, err = leewayctl(t, "profile", "diff", "joint.json", "without.json")
	require.NoError(t, err)
	assert.Regexp(t, `joint +removed`, out)
	_, errOut, err := leewayctl(t, "profile", "merge", "joint.json", "joint.json", "--output", "merged.json")
	require.NoError(t, err)
	assert.Contains(t, errOut, "warning: the merged profile has no joint reference and no vectors; give all files to one leewayctl profile to have them")
	_, errOut, err = leewayctl(t, "profile", "merge", "without.json", "without.json", "--output", "merged.json", "--force")
	require.NoError(t, err)
	assert.Empty(t, errOut)

	// Components that are orthonormal and yet not of these features.
	p, err := profile.ReadFile("joint.json")
	require.NoError(t, err)
	for i := range p.Joint.Components {
		p.Joint.Components[i] = append(p.Joint.Components[i], 0)
	}
	_, err = writeProfile(p, "wrong.json")
	require.NoError(t, err)
	_, errOut, err = leewayctl(t, "profile", "validate", "joint.json", "wrong.json")
	require.ErrorContains(t, err, "1 of 2 files are no valid profiles")
	assert.Contains(t, errOut, "wrong.json: joint.components[0]: has 7 elements, but the features have 6 dimensions")
}

func TestProfileVectors(t *testing.T) {
	t.Chdir(t.TempDir())
	var lines strings.Builder
	for i := range 3000 {
		embedding := fmt.Sprintf("[%d,%d,%d]", i%7, i%11, i%13)
		if i%100 == 0 {
			embedding = "null"
		}
		fmt.Fprintf(&lines, `{"timestamp":%d,"amount":%d,"embedding":%s}`+"\n", 1750000000+i*600, i%17, embedding)
	}
	require.NoError(t, os.WriteFile("log.jsonl", []byte(lines.String()), 0o600))
	out, _, err := leewayctl(t, "profile", "log.jsonl", "--model", "m")
	require.NoError(t, err)
	assert.Regexp(t, `vector +missing +components +spread +bandwidth\nembedding +1\.0 % +3 +5\.\d+ +1\.\d+`, out)
	assert.Regexp(t, `embedding: mean_distance +0\.\d+ \(20\)`, out)
}

// TestProfileRebase: the profile is as old beside a rebased replay as it was beside what is replayed.
func TestProfileRebase(t *testing.T) {
	predictions(t)
	_, _, err := leewayctl(t, "profile", "log.csv", "--model", "fraud", "--where", "split=reference", "--time-zone", "Europe/Berlin", "--rebase", "2025-06-30", "--quiet")
	require.NoError(t, err)
	p, err := profile.ReadFile("profiles/fraud.json")
	require.NoError(t, err)
	assert.WithinRange(t, p.Provenance.End, time.Now().AddDate(0, 0, -15), time.Now().AddDate(0, 0, -7), "a week and four hours before the end of the log")
	assert.Equal(t, time.Sunday, p.Provenance.End.Weekday())
	assert.InDelta(t, 20.8*24, p.Provenance.End.Sub(p.Provenance.Start).Hours(), 1.5, "but for an hour, if the clocks were changed")
}

func TestProfileCommandRefuses(t *testing.T) {
	predictions(t)
	for want, arguments := range map[string]string{
		"no file given":                          "profile",
		"--model is missing":                     "profile log.csv",
		`--where "split": write column=value`:    "profile log.csv --model m --where split",
		`there is no column "p"`:                 "profile log.csv --model m --score-column p",
		"which of the classes":                   "profile log.csv --model m --score-column score --class-column predicted",
		"standard input can be read only once":   "profile - --model m",
		"no such file":                           "profile none.csv --model m",
		`"x" must be a time`:                     "profile log.csv --model m --time-column split",
		`--rebase "soon": write a day`:           "profile log.csv --model m --rebase soon",
		"--rebase 2025-06-29 is before the last": "profile log.csv --model m --rebase 2025-06-29",
		"--rebase 2025-07-01: the rows have no":  "profile log.csv --model m --time-column= --exclude timestamp --rebase 2025-07-01",
		`unknown flag: --colour`:                 "profile log.csv --model m --colour red",
		"--type amount=number: must be numeric,": "profile log.csv --model m --type amount=number",
	} {
		_, _, err := leewayctl(t, strings.Fields(arguments)...)
		assert.ErrorContains(t, err, strings.ReplaceAll(want, `"x"`, `"reference"`), arguments)
	}
	_, err := os.Stat("profiles")
	assert.ErrorIs(t, err, os.ErrNotExist, "nothing is written")
}

func TestProfileWithoutTime(t *testing.T) {
	predictions(t)
	_, errOut, err := leewayctl(t, "profile", "log.csv", "--model", "m", "--time-column", "", "--exclude", "timestamp", "--output", "x.json")
	require.NoError(t, err)
	assert.Contains(t, errOut, "rows have no times")
	p, err := profile.ReadFile("x.json")
	require.NoError(t, err)
	assert.Equal(t, profile.Steady, p.Rhythm.Cycle)
}

func TestProfileFileNames(t *testing.T) {
	assert.Equal(t, "fraud.json", fileName("fraud", ""))
	assert.Equal(t, "fraud-3.1.json", fileName("fraud", "3.1"))
	assert.Equal(t, "team_fraud_-a_b.json", fileName("team/fraud:", "a b"))
}

func TestShowDiffMergeValidate(t *testing.T) {
	predictions(t)
	common := []string{"--model", "fraud", "--id-column", "prediction_id", "--features", "country", "--class-column", "predicted"}
	make := func(output string, more ...string) {
		t.Helper()
		_, _, err := leewayctl(t, append(append([]string{"profile", "log.csv", "--output", output, "--rhythm", "day"}, common...), more...)...)
		require.NoError(t, err)
	}
	make("a.json", "--where", "split=reference")
	make("b.json", "--where", "split=production")
	make("c.json", "--where", "split=production", "--version", "4")

	shown, _, err := leewayctl(t, "profile", "show", "a.json")
	require.NoError(t, err)
	assert.Contains(t, shown, "model fraud, every version")
	assert.Contains(t, shown, "PSI of the reference's own chunks")
	assert.NotContains(t, shown, "outcomes")

	make("labelled.json", "--where", "split=reference", "--label-column", "label", "--score-column", "score", "--positive-class", "fraud", "--min-samples", "50")
	make("relabelled.json", "--where", "split=production", "--label-column", "label", "--score-column", "score", "--positive-class", "fraud")
	shown, _, err = leewayctl(t, "profile", "show", "labelled.json")
	require.NoError(t, err)
	assert.Regexp(t, `quality +1500 outcomes +worst 24h +worst 7d`, shown)
	assert.Regexp(t, `accuracy +1 +1 \(20\) +1 \(2\)`, shown)
	assert.Regexp(t, `roc_auc +0\.\d+ +0\.\d+ \(20\)`, shown)
	out, _, err := leewayctl(t, "profile", "diff", "labelled.json", "relabelled.json")
	require.NoError(t, err)
	assert.Regexp(t, `quality/roc_auc +0\.\d+, was 0\.\d+`, out)
	out, _, err = leewayctl(t, "profile", "diff", "a.json", "labelled.json")
	require.NoError(t, err)
	assert.Regexp(t, `outcomes +added: 1500 rows with ground truth`, out)

	out, _, err = leewayctl(t, "profile", "diff", "a.json", "a.json")
	require.NoError(t, err)
	assert.Contains(t, out, "no differences")
	out, _, err = leewayctl(t, "profile", "diff", "a.json", "c.json")
	require.NoError(t, err)
	assert.Contains(t, out, `version  "4", was ""`)

	out, _, err = leewayctl(t, "profile", "merge", "a.json", "b.json", "--output", "merged.json")
	require.NoError(t, err)
	assert.Contains(t, out, "rows      2016, from log.csv, log.csv")
	make("whole.json")
	merged, err := profile.ReadFile("merged.json")
	require.NoError(t, err)
	whole, err := profile.ReadFile("whole.json")
	require.NoError(t, err)
	assert.Empty(t, profile.Diff(whole, merged))
	_, _, err = leewayctl(t, "profile", "merge", "a.json", "c.json", "--output", "x.json")
	assert.ErrorContains(t, err, `c.json: can't be merged: version is "" in one and "4" in the other`)
	_, _, err = leewayctl(t, "profile", "merge", "a.json", "c.json", "--version", "5", "--output", "x.json")
	require.NoError(t, err)
	_, _, err = leewayctl(t, "profile", "merge", "a.json", "b.json")
	assert.ErrorContains(t, err, "--output is missing")
	_, _, err = leewayctl(t, "profile", "merge", "a.json", "b.json", "--output", "merged.json")
	assert.ErrorContains(t, err, "is there already")

	require.NoError(t, os.WriteFile("bad.json", []byte(`{"schema":"leeway.profile/v1","modell":"x"}`), 0o600))
	out, errOut, err := leewayctl(t, "profile", "validate", "a.json", "bad.json")
	assert.ErrorContains(t, err, "1 of 2 files are no valid profiles")
	assert.Contains(t, out, "a.json: ok, model fraud, every version, id ")
	assert.Contains(t, errOut, "bad.json: modell: there is no such field")
	_, _, err = leewayctl(t, "profile", "validate", "a.json", "merged.json")
	assert.NoError(t, err)
}

func TestWindowsAreSortedByLength(t *testing.T) {
	windows := []string{"7d", "24h", "1h", "90m", "2w"}
	slices.SortFunc(windows, byLength)
	assert.Equal(t, []string{"1h", "90m", "24h", "7d", "2w"}, windows)
}
