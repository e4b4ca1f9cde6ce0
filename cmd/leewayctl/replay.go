package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.uber.org/zap"
	"golang.org/x/term"

	"github.com/leeway-ml/leeway/internal/replay"
)

// replayFlags are the flags of `leewayctl replay` that need a translation.
type replayFlags struct {
	options   replay.Options
	target    replay.Target
	endpoints []string
	where     []string
	types     map[string]string
	inputs    string
	from, to  string
	zone      string
	quiet     bool
	headers   map[string]string
}

func newReplayCommand() *cobra.Command {
	f := &replayFlags{}
	command := &cobra.Command{
		Use:   "replay PREDICTIONS [TRUTH]",
		Short: "Send a prediction log, and the truth that came later, to a collector as OTLP events",
		Long: `Send a prediction log as the model would have sent it: one ml.prediction event a row, over OTLP.
Files are CSV with a header line, JSON lines or Parquet, and are read as leewayctl profile reads them; CSV and JSON lines may be gzipped.
Every column that is named by no flag is an input of the model; an empty field is a missing input, and an array of numbers a vector.
Where a second file has the truth, one ml.ground_truth event goes out for each of its rows, at the time of its label;
with --where, for those of the predictions that were sent.
Both files must be sorted by time. Requests that fail are tried again; a full collector slows the replay down.`,
		Example: `  leewayctl replay predictions.csv.gz --model fraud --score-column score --class-column predicted
  leewayctl replay predictions.csv truth.csv --model fraud --score-column score --id-column id --speed 3600
  leewayctl replay predictions.jsonl truth.parquet --model fraud --score-column score --id-column id
  leewayctl replay predictions.csv --model fraud --score-column score --repeat 100 --senders 8 --batch 1000`,
		Args: cobra.RangeArgs(1, 2),
		RunE: func(command *cobra.Command, files []string) error {
			if err := f.complete(files); err != nil {
				return err
			}
			return f.run(command.Context(), command.OutOrStdout(), command.ErrOrStderr())
		},
	}
	o, c, flags := &f.options, &f.options.Encoder.Columns, command.Flags()
	flags.SortFlags = false
	flags.StringVar(&o.Encoder.Model, "model", "", "name of the model (required)")
	flags.StringVar(&o.Encoder.Version, "version", "", "version of the model")
	flags.StringVar(&c.Version, "version-column", "", "column that holds the version")
	flags.StringVar(&c.Time, "time-column", "timestamp", "column that holds the time of the prediction: RFC 3339, 2026-01-31 12:00:00, or s, ms, us or ns since 1970")
	flags.StringVar(&c.ID, "id-column", "", "column that holds the prediction's id; joins it with its truth")
	flags.StringVar(&c.Score, "score-column", "", "column that holds the score, 0 to 1")
	flags.StringVar(&c.Class, "class-column", "", "column that holds the predicted class")
	flags.StringVar(&c.Value, "value-column", "", "column that holds the predicted value of a regression")
	flags.StringToStringVar(&c.Probabilities, "probability-column", nil, "class=column, for each class of a multiclass model")
	flags.StringVar(&c.ExperimentName, "experiment-column", "", "column that holds the name of the experiment")
	flags.StringVar(&c.ExperimentVariant, "variant-column", "", "column that holds the experiment's variant")
	flags.StringSliceVar(&c.Features, "features", nil, "columns that are inputs (default: all that are nothing else)")
	flags.StringSliceVar(&c.Exclude, "exclude", nil, "columns that are no inputs")
	flags.StringToStringVar(&f.types, "type", nil, "column=categorical sends the column as text even where it looks like a number")
	flags.StringVar(&c.TruthID, "truth-id-column", "", "column of the truth's file that holds the prediction's id (default: as --id-column)")
	flags.StringVar(&c.Label, "label-column", "label", "column of the truth's file that holds the true class or value")
	flags.StringVar(&c.LabelTime, "label-time-column", "label_timestamp", "column of the truth's file that holds the time when it was known")
	flags.StringSliceVar(&f.where, "where", nil, "column=value: only rows that have it; may be given several times")
	flags.StringVar(&f.inputs, "inputs", "map", "how inputs travel: map (one attribute ml.inputs), attributes (ml.input.<name> each) or body (the record's body)")
	flags.Float64Var(&o.Rate, "rate", 0, "events a second (default: as fast as the collector takes them)")
	flags.Float64Var(&o.Speed, "speed", 0, "how many times faster than it happened")
	flags.StringVar(&f.from, "from", "", "only rows from this time on: 2026-01-31 or 2026-01-31T12:00:00Z")
	flags.StringVar(&f.to, "to", "", "only rows before this time")
	flags.BoolVar(&o.Rebase, "rebase", false, "shift all times by whole weeks, so that the last event lies in the week that ends now")
	flags.StringVar(&f.zone, "time-zone", "UTC", "where hours of the day stay what they were with --rebase, as in the IANA database; that of the profile")
	flags.IntVar(&o.Repeat, "repeat", 1, "send the log so many times, each later than the last by its whole length")
	flags.IntVar(&o.Batch, "batch", 512, "events in a request")
	flags.IntVar(&o.Senders, "senders", 1, "requests under way at once; with more than one, events arrive out of order")
	flags.StringSliceVar(&f.endpoints, "endpoint", nil, "where the collector listens (default: localhost:4317, for http http://localhost:4318); given several times, requests go to each in turn")
	flags.StringVar(&f.target.Protocol, "protocol", "grpc", "grpc or http")
	flags.BoolVar(&f.target.TLS, "tls", false, "encrypt the connection; for http, write https:// into --endpoint instead")
	flags.StringVar(&f.target.CAFile, "ca-file", "", "certificates to trust")
	flags.StringToStringVar(&f.headers, "header", nil, "name=value to send with every request, an authorization for example")
	flags.DurationVar(&f.target.Timeout, "timeout", time.Minute, "time that a request may take; a request that took longer is sent again, and counted twice")
	flags.DurationVar(&f.target.GiveUp, "give-up", time.Minute, "how long a request is tried again before the replay stops")
	flags.BoolVar(&f.quiet, "quiet", false, "no progress bar")
	_ = command.MarkFlagRequired("model")
	command.MarkFlagsMutuallyExclusive("rate", "speed")
	return command
}

// complete checks the flags and fills what follows from others.
func (f *replayFlags) complete(files []string) error {
	o, c := &f.options, &f.options.Encoder.Columns
	o.Predictions = files[0]
	if len(files) > 1 {
		o.Truth = files[1]
	}
	for _, w := range f.where {
		column, value, ok := strings.Cut(w, "=")
		if !ok {
			return fmt.Errorf("--where %q: write column=value", w)
		}
		o.Where = append(o.Where, replay.Filter{Column: column, Value: value})
		c.Exclude = append(c.Exclude, column)
	}
	for column, kind := range f.types {
		switch kind {
		case "categorical":
			c.Text = append(c.Text, column)
		case "numeric", "boolean":
		default:
			return fmt.Errorf("--type %s=%s: must be numeric, categorical or boolean", column, kind)
		}
	}
	switch form := replay.InputForm(f.inputs); form {
	case replay.InputsMap, replay.InputsAttributes, replay.InputsBody:
		o.Encoder.Inputs = form
	default:
		return fmt.Errorf("--inputs %q: must be map, attributes or body", f.inputs)
	}
	if c.TruthID == "" {
		c.TruthID = c.ID
	}
	if o.Truth != "" && c.TruthID == "" {
		return errors.New("the truth can't be joined: --id-column must name the column that holds the prediction's id")
	}
	for name, n := range map[string]int{"--batch": o.Batch, "--senders": o.Senders, "--repeat": o.Repeat} {
		if n < 1 {
			return fmt.Errorf("%s %d: must be at least 1", name, n)
		}
	}
	for name, x := range map[string]float64{"--rate": o.Rate, "--speed": o.Speed} {
		if x < 0 {
			return fmt.Errorf("%s %g: must not be negative", name, x)
		}
	}
	if len(f.endpoints) == 0 {
		f.endpoints = []string{map[string]string{"http": "http://localhost:4318"}[f.target.Protocol]}
		if f.endpoints[0] == "" {
			f.endpoints[0] = "localhost:4317"
		}
	}
	var err error
	if o.From, err = moment("--from", f.from); err != nil {
		return err
	}
	if o.To, err = moment("--to", f.to); err != nil {
		return err
	}
	if o.TimeZone, err = time.LoadLocation(f.zone); err != nil {
		return fmt.Errorf("--time-zone %q is not known; write it as in the IANA database, like Europe/Berlin", f.zone)
	}
	f.target.Headers = f.headers
	return nil
}

func (f *replayFlags) run(ctx context.Context, out, errOut io.Writer) error {
	var to turns
	for _, endpoint := range f.endpoints {
		target := f.target
		target.Endpoint = endpoint
		client, err := replay.Connect(ctx, target, zap.NewNop())
		if err != nil {
			return fmt.Errorf("%s: %w", endpoint, err)
		}
		defer func() { _ = client.Close(context.WithoutCancel(ctx)) }()
		to.clients = append(to.clients, client)
	}
	bar, err := f.progress(errOut)
	if err != nil {
		return err
	}
	started := time.Now()
	result, err := replay.Run(ctx, f.options, &to)
	if bar != nil {
		_ = bar.Finish()
		fmt.Fprintln(errOut)
	}
	if err != nil {
		return fmt.Errorf("%w (is a collector listening on %s?)", err, strings.Join(f.endpoints, ", "))
	}
	took := time.Since(started)
	events := result.Predictions + result.Truths
	fmt.Fprintf(out, "sent %d predictions and %d truths from %s to %s in %s (%.0f events/s)\n", result.Predictions, result.Truths,
		result.First.UTC().Format(time.DateTime), result.Last.UTC().Format(time.DateTime), took.Round(time.Millisecond), float64(events)/took.Seconds())
	return nil
}

// progress returns a bar over the bytes of the files, nil where nobody looks.
func (f *replayFlags) progress(errOut io.Writer) (*progressbar.ProgressBar, error) {
	terminal, ok := errOut.(*os.File)
	if f.quiet || !ok || !term.IsTerminal(int(terminal.Fd())) {
		return nil, nil
	}
	var size int64
	for _, name := range []string{f.options.Predictions, f.options.Truth} {
		if name == "" {
			continue
		}
		info, err := os.Stat(name)
		if err != nil {
			return nil, err
		}
		size += info.Size()
	}
	bar := progressbar.NewOptions64(size*int64(f.options.Repeat), progressbar.OptionSetWriter(errOut), progressbar.OptionShowBytes(true),
		progressbar.OptionSetDescription("replaying"), progressbar.OptionThrottle(100*time.Millisecond))
	f.options.OnBytes = func(n int64) { _ = bar.Add64(n) }
	return bar, nil
}

// turns sends to one client after the other.
type turns struct {
	clients []*replay.Client
	next    atomic.Uint64
}

func (t *turns) Send(ctx context.Context, logs plog.Logs) error {
	return t.clients[t.next.Add(1)%uint64(len(t.clients))].Send(ctx, logs)
}

// moment reads a day or a time; the zero time where the text is empty.
func moment(flag, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("%s %q: write a day (2026-01-31) or a time (2026-01-31T12:00:00Z)", flag, text)
}
