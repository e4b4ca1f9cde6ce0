package profile

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
)

// Write writes the profile as JSON that people can read: an object's keys on lines of their own, an array of numbers or an
// object of numbers on one line. It refuses what Read would refuse.
func (p *Profile) Write(w io.Writer) error {
	if err := p.Validate(); err != nil {
		return err
	}
	text, err := p.compact()
	if err != nil {
		return err
	}
	out, err := layOut(text)
	if err != nil {
		return err
	}
	_, err = w.Write(out)
	return err
}

// compact is the profile as JSON without white space, with "<" left as it is.
func (p *Profile) compact() ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(p); err != nil {
		return nil, fmt.Errorf("the profile can't be written as JSON: %w", err)
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
}

// layOut breaks compact JSON into lines.
func layOut(text []byte) ([]byte, error) {
	var out bytes.Buffer
	out.Grow(len(text) + len(text)/4)
	depth := 0
	newline := func() {
		out.WriteByte('\n')
		for range depth {
			out.WriteString("  ")
		}
	}
	for i := 0; i < len(text); {
		switch c := text[i]; c {
		case '{', '[':
			if end := flat(text, i); end > 0 {
				writeFlat(&out, text[i:end])
				i = end
				continue
			}
			out.WriteByte(c)
			depth++
			newline()
		case '}', ']':
			depth--
			newline()
			out.WriteByte(c)
		case ',':
			out.WriteByte(c)
			newline()
		case ':':
			out.WriteString(": ")
		case '"':
			end := endOfString(text, i)
			out.Write(text[i:end])
			i = end
			continue
		default:
			out.WriteByte(c)
		}
		i++
	}
	if depth != 0 {
		return nil, fmt.Errorf("the profile's JSON does not close its brackets")
	}
	out.WriteByte('\n')
	return out.Bytes(), nil
}

// flat returns the end of the container that begins at i if it fits on one line, else 0: an array without containers, an
// object that has only numbers, or anything empty.
func flat(text []byte, i int) int {
	object := text[i] == '{'
	for j := i + 1; j < len(text); j++ {
		switch text[j] {
		case '{', '[':
			return 0
		case '}', ']':
			return j + 1
		case '"':
			end := endOfString(text, j)
			if object && text[end] != ':' {
				return 0
			}
			j = end - 1
		case 't', 'f': // true, false
			if object {
				return 0
			}
		}
	}
	return 0
}

func writeFlat(out *bytes.Buffer, text []byte) {
	for i := 0; i < len(text); i++ {
		switch c := text[i]; c {
		case '"':
			end := endOfString(text, i)
			out.Write(text[i:end])
			i = end - 1
		case ',', ':':
			out.WriteByte(c)
			if c == ':' || text[0] == '{' {
				out.WriteByte(' ')
			}
		default:
			out.WriteByte(c)
		}
	}
}

// endOfString is the index after the closing quote of the string that begins at i.
func endOfString(text []byte, i int) int {
	for j := i + 1; j < len(text); j++ {
		switch text[j] {
		case '\\':
			j++
		case '"':
			return j + 1
		}
	}
	return len(text)
}
