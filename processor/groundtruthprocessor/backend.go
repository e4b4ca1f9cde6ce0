package groundtruthprocessor

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
)

// key stands for a model and a prediction id: the first half of their SHA-256.
type key [16]byte

// keyer makes keys; it reuses its memory.
type keyer struct{ buf []byte }

func (k *keyer) key(model, id string) key {
	k.buf = binary.AppendUvarint(k.buf[:0], uint64(len(model)))
	k.buf = append(k.buf, model...)
	k.buf = append(k.buf, id...)
	digest := sha256.Sum256(k.buf)
	return key(digest[:len(key{})])
}

// listName names a list of keys: those that were added together, and are due in the span of a model's time that ends then.
type listName struct {
	model  int
	end    int64
	number uint64
}

// backend keeps what is held, and the lists of what is due.
type backend interface {
	// get reads what is held under the keys; nil where nothing is.
	get(ctx context.Context, keys []key) ([][]byte, error)
	// list reads a list of keys; nil where there is none.
	list(ctx context.Context, name listName) ([]key, error)
	// submit begins a write; those that are submitted first are written first. wait ends when it is written.
	submit(w *write) (wait func(context.Context) error)
	// size is how many bytes of memory are held.
	size() int64
	// outbox reserves a place for outcomes, which are written with the changes that made them and taken away when they were passed
	// on; none where nothing outlives the process.
	outbox() (slot int, ok bool)
	close(ctx context.Context) error
}

// write is what changes at once.
type write struct {
	keys   []key
	values [][]byte // nil: nothing is held any more
	lists  []listWrite
	models []modelWrite
	ends   []endsWrite
	// index is the list of models, where it changed.
	index []byte
	// out puts outcomes into the outbox, taken takes them out.
	out   *outboxWrite
	taken *int
}

type listWrite struct {
	name listName
	keys []key // nil: read and done with
	span span  // what there is of the span then
}

type modelWrite struct {
	number int
	state  []byte
}

// endsWrite is the index of a model's spans.
type endsWrite struct {
	number int
	ends   []int64
}

type outboxWrite struct {
	slot     int
	outcomes []byte
}

func keysOf(data []byte) []key {
	keys := make([]key, len(data)/len(key{}))
	for i := range keys {
		copy(keys[i][:], data[i*len(key{}):])
	}
	return keys
}

func bytesOf(keys []key) []byte {
	data := make([]byte, 0, len(keys)*len(key{}))
	for i := range keys {
		data = append(data, keys[i][:]...)
	}
	return data
}
