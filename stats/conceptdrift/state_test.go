package conceptdrift

import (
	"encoding/binary"
	"hash/crc32"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestOtherState(t *testing.T) {
	d := must(NewDDM(DefaultDDM()))
	feed(t, d, []float64{0, 1, 0, 0})
	saved := state(t, d)

	other := must(NewDDM(DDMConfig{31, 2, 3}))
	before := state(t, other)
	assert.ErrorIs(t, other.UnmarshalBinary(saved), ErrOtherConfig)
	assert.Equal(t, before, state(t, other))
	assert.ErrorIs(t, must(New(MethodEDDM)).UnmarshalBinary(saved), ErrOtherMethod)
	var none DDM
	require.NoError(t, none.UnmarshalBinary(saved))
	assert.Equal(t, d, &none)

	newer := append([]byte{}, saved...)
	newer[len(magic)]++
	_, err := Restore(newer)
	assert.ErrorIs(t, err, ErrOtherVersion)
}

// Each bit that is turned, and each end that is lost, is found.
func TestDamaged(t *testing.T) {
	for _, m := range Methods() {
		d := must(New(m))
		feed(t, d, stream(m, 1, 300))
		saved := state(t, d)
		for i := range saved {
			damaged := append([]byte{}, saved...)
			damaged[i] ^= 1 << (i % 8)
			_, err := Restore(damaged)
			require.Error(t, err, "%v byte %d", m, i)
			_, err = Restore(saved[:i])
			require.ErrorIs(t, err, ErrDamaged)
		}
	}
	_, err := Restore(nil)
	assert.ErrorIs(t, err, ErrDamaged)
}

// FuzzRestore mends the checksum of any bytes, so that what is behind it is tried: whatever is restored can be used.
func FuzzRestore(f *testing.F) {
	for _, c := range contenders() {
		d := c.make()
		for _, x := range stream(d.Method(), 1, 700) {
			_, _ = d.Update(x)
		}
		data, err := d.MarshalBinary()
		require.NoError(f, err)
		f.Add(data)
		fresh, err := c.make().MarshalBinary()
		require.NoError(f, err)
		f.Add(fresh)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > crc32.Size {
			body := data[:len(data)-crc32.Size]
			data = binary.LittleEndian.AppendUint32(append([]byte{}, body...), crc32.ChecksumIEEE(body))
		}
		d, err := Restore(data)
		if err != nil {
			return
		}
		usable(t, d)
		for _, x := range append(stream(d.Method(), 2, 300), 0, 1, 1, 0) {
			_, err := d.Update(x)
			require.NoError(t, err)
		}
		usable(t, d)
	})
}

func usable(t *testing.T, d Detector) {
	e := d.Estimate()
	for _, x := range []float64{e.Mean, e.Before, e.After} {
		require.False(t, math.IsNaN(x), "%+v", e)
	}
	again, err := Restore(state(t, d))
	require.NoError(t, err)
	require.Equal(t, state(t, d), state(t, again))
}
