package leewaytest

import (
	"bytes"
	"strings"
	"sync"
)

// logs keeps what a process writes.
type logs struct {
	lock sync.Mutex
	text bytes.Buffer
}

func (l *logs) Write(p []byte) (int, error) {
	l.lock.Lock()
	defer l.lock.Unlock()
	return l.text.Write(p)
}

func (l *logs) String() string {
	l.lock.Lock()
	defer l.lock.Unlock()
	return l.text.String()
}

func (l *logs) contain(part string) bool {
	l.lock.Lock()
	defer l.lock.Unlock()
	return bytes.Contains(l.text.Bytes(), []byte(part))
}

// shown is how many lines a failed test shows.
const shown = 50

// last is the last lines.
func (l *logs) last() string {
	lines := strings.Split(strings.TrimRight(l.String(), "\n"), "\n")
	return strings.Join(lines[max(0, len(lines)-shown):], "\n")
}
