package table

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestClock(t *testing.T) {
	noon := time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		format, zone, text string
		want               time.Time
	}{
		{"", "", "2026-01-31T12:00:00Z", noon},
		{"", "", "2026-01-31T13:00:00.5+01:00", noon.Add(500 * time.Millisecond)},
		{"", "", "2026-01-31 12:00:00", noon},
		{"", "", " 2026-01-31 12:00:00.25 ", noon.Add(250 * time.Millisecond)},
		{"", "", "2026-01-31T12:00:00", noon},
		{"", "", "2026-01-31 12:00", noon},
		{"", "", "2026-01-31 12:00:00+00:00", noon},
		{"", "", "2026-01-31", noon.Add(-12 * time.Hour)},
		{"", "Europe/Berlin", "2026-01-31 13:00:00", noon},
		{"", "Europe/Berlin", "2026-01-31T12:00:00Z", noon},
		{"", "", "1769860800", noon},
		{"", "", "1769860800.5", noon.Add(500 * time.Millisecond)},
		{"", "", "1769860800000", noon},
		{"", "", "1769860800000000", noon},
		{"", "", "1769860800000000000", noon},
		{"s", "", "12", time.Unix(12, 0)},
		{"ms", "", "12000", time.Unix(12, 0)},
		{"us", "", "12000000", time.Unix(12, 0)},
		{"ns", "", "12000000000", time.Unix(12, 0)},
		{"%d.%m.%Y %H:%M", "", "31.01.2026 12:00", noon},
		{"%d.%m.%Y %H:%M", "America/New_York", "31.01.2026 07:00", noon},
		{"%b %e %y, %I %p", "", "Jan 31 26, 12 PM", noon},
		{"02/01/2006 15:04", "", "31/01/2026 12:00", noon},
		{"20060102", "", "20260131", noon.Add(-12 * time.Hour)},
	} {
		c, err := NewClock(test.format, test.zone)
		require.NoError(t, err)
		have, err := c.Read(Cell{Kind: Text, Text: test.text})
		require.NoError(t, err, test.text)
		assert.True(t, test.want.Equal(have), "%q by %q in %q: %v", test.text, test.format, test.zone, have)
	}
}

func TestClockRefuses(t *testing.T) {
	for format, want := range map[string]string{
		"iso":     "must be s, ms, us, ns, a strftime format",
		"%Y-%Q":   "%Q is not known",
		"%Y-%m-%": "ends with %",
	} {
		_, err := NewClock(format, "")
		assert.ErrorContains(t, err, want)
	}
	for text_, want := range map[string]string{
		"": "must be a time like", "soon": "must be a time like", "2026-13-01": "must be a time like",
		"-5": "from 1970 to 2200", "NaN": "from 1970 to 2200", "9999-01-01": "from 1970 to 2200",
	} {
		c, err := NewClock("", "")
		require.NoError(t, err)
		_, err = c.Read(Cell{Kind: Text, Text: text_})
		assert.ErrorContains(t, err, want, text_)
	}
}
