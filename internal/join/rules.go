package join

import (
	"slices"

	"github.com/leeway-ml/leeway/internal/event"
)

// Verdict says what became of an event.
type Verdict uint8

// Verdicts.
const (
	// Kept is what waits for the other half.
	Kept Verdict = iota
	// Matched found the other half. A truth may still have to settle.
	Matched
	// Duplicate is a second prediction, truth or feedback of the same name.
	Duplicate
	// Expired is a prediction that is older than another one of the same id, by more than the time to live.
	Expired
)

// Results take what comes out of a join.
type Results interface {
	// Outcome is a prediction with its truth, or without one where its time to live ended (t is nil).
	Outcome(h *Held, p *Prediction, t *Truth)
	// LeftTruth is a truth that has waited and is not joined: a duplicate, or an orphan.
	LeftTruth(h *Held, t *Truth, duplicate bool)
	// LateFeedback is feedback that has waited: for this prediction, or for none (p is nil).
	LateFeedback(h *Held, p *Prediction, f *Feedback)
}

// AddPrediction takes in a prediction. The first of an id counts.
func (r *Rules) AddPrediction(h *Held, p *Prediction, watermark int64, to Results) Verdict {
	if old := h.Prediction; old != nil {
		switch {
		case r.inReach(old, p.Time):
			return Duplicate
		case p.Time < old.Time:
			to.Outcome(h, p, nil)
			return Expired
		}
		r.finish(h, to)
	}
	h.Prediction = p
	r.rate(h, to)
	r.match(h, watermark, to)
	if h.Joined {
		return Matched
	}
	return Kept
}

// Remember takes in a prediction where nothing can be passed on: what it joins with is passed on by Expire.
func (r *Rules) Remember(h *Held, p *Prediction) Verdict {
	if h.Prediction != nil {
		return Duplicate
	}
	h.Prediction = p
	return Kept
}

// AddTruth takes in a truth; of a duplicate nothing is kept.
func (r *Rules) AddTruth(h *Held, t *Truth, watermark int64, to Results) Verdict {
	reached := r.Reaches(h, t.Time)
	if reached && h.Joined || len(h.Truths) >= MaxTruths || slices.ContainsFunc(h.Truths, t.same) {
		return Duplicate
	}
	h.Truths = append(h.Truths, *t)
	r.match(h, watermark, to)
	if reached {
		return Matched
	}
	return Kept
}

// Reaches reports whether there is a prediction that an event of that time belongs to.
func (r *Rules) Reaches(h *Held, t int64) bool {
	return h.Prediction != nil && r.inReach(h.Prediction, t)
}

// AddFeedback takes in feedback; record is the event, needed where it has to wait: where nothing reaches it.
func (r *Rules) AddFeedback(h *Held, name string, t int64, record []byte) Verdict {
	if r.Reaches(h, t) {
		if len(h.Rated) >= MaxFeedback || slices.Contains(h.Rated, name) {
			return Duplicate
		}
		h.Rated = append(h.Rated, name)
		return Matched
	}
	if len(h.Feedback) >= MaxFeedback || slices.ContainsFunc(h.Feedback, func(f Feedback) bool { return f.Name == name && r.near(f.Time, t) }) {
		return Duplicate
	}
	h.Feedback = append(h.Feedback, Feedback{Time: t, Name: name, Record: record})
	return Kept
}

func (r *Rules) near(a, b int64) bool { return a-b <= r.TimeToLive && b-a <= r.TimeToLive }

// Expire lets go of what the watermark has passed, and of everything where all is true.
func (r *Rules) Expire(h *Held, watermark int64, all bool, to Results) {
	past := func(t int64) bool { return all || t < watermark }
	if p := h.Prediction; p != nil {
		r.rate(h, to)
		if all {
			r.finish(h, to)
		} else {
			r.match(h, watermark, to)
			if _, settling := r.firstTruth(h); past(p.Time+r.TimeToLive) && (h.Joined || !settling) {
				r.finish(h, to)
			}
		}
	}
	waiting := h.Truths[:0]
	for i := range h.Truths {
		t := &h.Truths[i]
		switch {
		case h.Prediction != nil && !h.Joined && r.inReach(h.Prediction, t.Time), !past(t.Time + r.TimeToLive):
			waiting = append(waiting, *t)
		default:
			to.LeftTruth(h, t, false)
		}
	}
	h.Truths = waiting
	h.Feedback = slices.DeleteFunc(h.Feedback, func(f Feedback) bool {
		over := past(f.Time + r.TimeToLive)
		if over {
			to.LateFeedback(h, nil, &f)
		}
		return over
	})
}

// finish ends a prediction: with its truth, should one be settling.
func (r *Rules) finish(h *Held, to Results) {
	if first, settling := r.firstTruth(h); settling && !h.Joined {
		r.choose(h, first, to)
	}
	if !h.Joined {
		to.Outcome(h, h.Prediction, nil)
	}
	h.Prediction, h.Joined, h.Rated = nil, false, nil
}

// match joins the prediction with its truth, if there is one and it has settled.
func (r *Rules) match(h *Held, watermark int64, to Results) {
	if h.Prediction == nil || h.Joined {
		return
	}
	first, ok := r.firstTruth(h)
	if !ok || r.Settle > 0 && watermark <= first+r.Settle {
		return
	}
	r.choose(h, first, to)
}

// choose takes the truth that counts, the last one within Settle of the first, or the first to come where nothing settles.
// The others that belong to the prediction are replaced, or too late: duplicates.
func (r *Rules) choose(h *Held, first int64, to Results) {
	p, best := h.Prediction, -1
	for i := range h.Truths {
		t := h.Truths[i].Time
		if !r.inReach(p, t) {
			continue
		}
		if r.Settle == 0 {
			best = i
			break
		}
		if t <= first+r.Settle && (best < 0 || t >= h.Truths[best].Time) {
			best = i
		}
	}
	to.Outcome(h, p, &h.Truths[best])
	waiting := make([]Truth, 0, len(h.Truths))
	for i := range h.Truths {
		t := &h.Truths[i]
		switch {
		case i == best:
		case !r.inReach(p, t.Time):
			waiting = append(waiting, *t)
		case r.Settle == 0 || t.Time > first+r.Settle:
			to.LeftTruth(h, t, true)
		}
	}
	h.Truths = waiting
	h.Joined = true
	h.Prediction = &Prediction{Time: p.Time, Labels: p.Labels}
}

// rate joins the feedback that has waited for the prediction.
func (r *Rules) rate(h *Held, to Results) {
	h.Feedback = slices.DeleteFunc(h.Feedback, func(f Feedback) bool {
		if !r.rates(h, &f) {
			return false
		}
		h.Rated = append(h.Rated, f.Name)
		to.LateFeedback(h, h.Prediction, &f)
		return true
	})
}

// same reports whether the other truth says the same of the same time: it was sent again.
func (t *Truth) same(other Truth) bool {
	return t.Time == other.Time && t.Class == other.Class && t.Value == other.Value &&
		slices.EqualFunc(t.Relevances, other.Relevances, func(a, b event.Field) bool { return a.Equal(&b) })
}
