package conceptdrift

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestConfigRefused(t *testing.T) {
	refused := func(err error, key string) {
		t.Helper()
		assert.ErrorContains(t, err, key)
		assert.ErrorContains(t, err, "must be")
	}
	adwin := func(change func(*ADWINConfig)) error {
		c := DefaultADWIN()
		change(&c)
		_, err := NewADWIN(c)
		return err
	}
	refused(adwin(func(c *ADWINConfig) { c.Delta = 0 }), "delta 0")
	refused(adwin(func(c *ADWINConfig) { c.Clock = 0 }), "clock 0")
	refused(adwin(func(c *ADWINConfig) { c.MaxBuckets = 1 }), "max buckets 1")
	refused(adwin(func(c *ADWINConfig) { c.MinWindow = 0 }), "min window 0")
	refused(adwin(func(c *ADWINConfig) { c.Grace = -1 }), "grace -1")

	_, err := NewDDM(DDMConfig{30, 3, 2})
	refused(err, "warning 3")
	_, err = NewDDM(DDMConfig{0, 2, 3})
	refused(err, "warm-up 0")
	_, err = NewEDDM(EDDMConfig{30, 0.8, 0.9})
	refused(err, "warning 0.8")
	_, err = NewHDDMA(HDDMConfig{0.01, 0.001, Increase})
	refused(err, "warning 0.001")
	_, err = NewHDDMA(HDDMConfig{0.01, 0.1, 7})
	refused(err, "direction 7")
	_, err = NewHDDMW(HDDMWConfig{HDDMConfig: DefaultHDDMA()})
	refused(err, "lambda 0")
	_, err = NewPageHinkley(PageHinkleyConfig{30, 0.005, 50, 2, Both})
	refused(err, "alpha 2")
	_, err = NewCUSUM(CUSUMConfig{30, -1, 50, Both})
	refused(err, "delta -1")
	_, err = NewKSWIN(KSWINConfig{0.005, 50, 30, 1})
	refused(err, "recent 30")
	_, err = NewSTEPD(STEPDConfig{0, 0.003, 0.05, Both})
	refused(err, "window 0")
	_, err = New(Method(99))
	refused(err, "Method(99)")
}
