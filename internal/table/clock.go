package table

import (
	"fmt"
	"strings"
	"time"
)

// Clock reads the times of rows.
type Clock struct {
	zone *time.Location
	// layouts to try; the first is the one that fitted last.
	layouts []string
	// unit of numbers; 0 where their size tells.
	unit time.Duration
	want string
}

// NewClock makes a clock for a format: "" for RFC 3339, dates, or seconds, milli-, micro- or nanoseconds since 1970 (told
// apart by size); "s", "ms", "us", "ns" for numbers; a strftime format ("%d.%m.%Y %H:%M"); or a layout of Go's time package.
func NewClock(format, zone string) (*Clock, error) {
	c := &Clock{zone: time.UTC}
	if zone != "" {
		location, err := time.LoadLocation(zone)
		if err != nil {
			return nil, fmt.Errorf("--time-zone %s: must be a name of the IANA database, like Europe/Berlin", zone)
		}
		c.zone = location
	}
	switch format {
	case "":
		c.layouts = []string{time.RFC3339, "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05", "2006-01-02T15:04:05", "2006-01-02 15:04", "2006-01-02T15:04", time.DateOnly}
		c.want = "a time like 2026-01-31T12:00:00Z or 2026-01-31 12:00:00, or seconds or milliseconds since 1970 (another format: --time-format)"
	case "s", "ms", "us", "ns":
		c.unit = map[string]time.Duration{"s": time.Second, "ms": time.Millisecond, "us": time.Microsecond, "ns": time.Nanosecond}[format]
		c.want = "a number, as --time-format is " + format
	default:
		layout := format
		if strings.Contains(format, "%") {
			var err error
			if layout, err = fromStrftime(format); err != nil {
				return nil, err
			}
		}
		if !strings.Contains(layout, "06") {
			return nil, fmt.Errorf("--time-format %q: must be s, ms, us, ns, a strftime format (%%Y-%%m-%%d) or a layout of Go (2006-01-02)", format)
		}
		c.layouts = []string{layout}
		c.want = "a time in the format " + format
	}
	return c, nil
}

// Read returns the time of a cell.
func (c *Clock) Read(from Cell) (time.Time, error) {
	if c.unit != 0 || len(c.layouts) > 1 {
		if x, ok := from.Float(); ok {
			return c.fromNumber(x)
		}
	}
	if from.Kind == Text {
		s := strings.TrimSpace(from.Text)
		for i, layout := range c.layouts {
			if t, err := time.ParseInLocation(layout, s, c.zone); err == nil {
				c.layouts[0], c.layouts[i] = c.layouts[i], c.layouts[0]
				return t, c.plausible(t)
			}
		}
	}
	return time.Time{}, fmt.Errorf("must be %s", c.want)
}

func (c *Clock) fromNumber(x float64) (time.Time, error) {
	unit := c.unit
	if unit == 0 {
		switch {
		case x < 1e11:
			unit = time.Second
		case x < 1e14:
			unit = time.Millisecond
		case x < 1e17:
			unit = time.Microsecond
		default:
			unit = time.Nanosecond
		}
	}
	seconds := x * unit.Seconds()
	if !(seconds >= 0 && seconds < 8e9) {
		return time.Time{}, fmt.Errorf("must be a time from 1970 to 2200")
	}
	whole := int64(seconds)
	t := time.Unix(whole, int64((seconds-float64(whole))*1e9))
	return t, c.plausible(t)
}

// plausible keeps the number of hours, and so of counters, within bounds.
func (c *Clock) plausible(t time.Time) error {
	if y := t.UTC().Year(); y < 1970 || y > 2200 {
		return fmt.Errorf("must be a time from 1970 to 2200")
	}
	return nil
}

var strftime = map[byte]string{
	'Y': "2006", 'y': "06", 'm': "01", 'd': "02", 'e': "_2", 'H': "15", 'I': "03", 'p': "PM", 'M': "04", 'S': "05", 'f': "000000",
	'b': "Jan", 'B': "January", 'a': "Mon", 'A': "Monday", 'j': "002", 'z': "-0700", 'Z': "MST", 'F': "2006-01-02", 'T': "15:04:05", '%': "%",
}

func fromStrftime(format string) (string, error) {
	var layout strings.Builder
	for i := 0; i < len(format); i++ {
		if format[i] != '%' {
			layout.WriteByte(format[i])
			continue
		}
		i++
		if i == len(format) {
			return "", fmt.Errorf("--time-format %q: ends with %%", format)
		}
		part, ok := strftime[format[i]]
		if !ok {
			return "", fmt.Errorf("--time-format %q: %%%c is not known; known are %%Y %%m %%d %%H %%M %%S %%f %%z and others of strftime", format, format[i])
		}
		layout.WriteString(part)
	}
	return layout.String(), nil
}
