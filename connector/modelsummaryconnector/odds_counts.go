package modelsummaryconnector

import "github.com/leeway-ml/leeway/profile"

// relation says how the predicted class of an event is to the class that a score is for.
type relation uint8

const (
	unsaid  relation = iota // the event has no predicted class
	another                 // another class was predicted
	same                    // the class was predicted
	relations
)

func relationOf(predicted, class string) relation {
	switch predicted {
	case "":
		return unsaid
	case class:
		return same
	}
	return another
}

// label is the value of ml.prediction.class in the series of a class.
func (r relation) label(class string) string {
	switch r {
	case another:
		return profile.Other
	case same:
		return class
	}
	return ""
}

// oddsCounts are the odds of the scores for one class, by what was predicted.
type oddsCounts [relations]*exponential

// add counts a score and returns by how many bytes the histograms grew.
func (c *oddsCounts) add(r relation, odds float64) int {
	grown := 0
	if c[r] == nil {
		c[r] = &exponential{max: maxOddsBuckets}
		grown = extraSize
	}
	return grown + c[r].add(odds)
}

func (c *oddsCounts) merge(o *oddsCounts) {
	for r := range o {
		if c[r] == nil {
			c[r] = o[r]
		} else if o[r] != nil {
			c[r].merge(o[r])
		}
	}
}

func (c *oddsCounts) sentSize() int {
	size := 0
	for _, e := range c {
		if e != nil {
			size += pointSize + e.sentSize()
		}
	}
	return size
}
