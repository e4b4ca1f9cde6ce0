package modelsummaryconnector

// merge adds o and takes over its memory.
func (c *outcomeCounts) merge(o *outcomeCounts, p *plan, h *held) {
	c.events += o.events
	for i, n := range o.joins {
		c.joins[i] += n
	}
	c.confusion.merge(&o.confusion, h)
	c.mergeScores(o, p, h)
	for right := range c.top {
		c.top[right] = c.top[right].merge(o.top[right])
	}
	for i := range o.losses {
		c.losses[i].merge(&o.losses[i])
	}
	if c.errors == nil {
		c.errors = o.errors
	} else if o.errors != nil {
		c.errors.merge(o.errors)
	}
	c.truths = mergeMeasures(c.truths, o.truths)
	c.delays = mergeHistograms(c.delays, o.delays)
	c.mergeFeedback(o, h)
}

func (c *outcomeCounts) mergeScores(o *outcomeCounts, p *plan, h *held) {
	if c.scores == nil {
		c.scores = o.scores
		return
	}
	for _, name := range sortedKeys(o.scores) {
		x := o.scores[name]
		if _, known := p.scores[name]; !known && c.scores[name] == nil && len(c.scores) >= h.limits.MaxCategories {
			h.overflowed.overflowed[limitCategories] += x.count()
			name = overflow
		}
		y := c.scores[name]
		if y == nil {
			c.scores[name] = x
			continue
		}
		for right := range y.odds {
			y.odds[right].merge(&x.odds[right])
			y.calibration[right] = y.calibration[right].merge(x.calibration[right])
		}
	}
}

// count is how many scores there are.
func (c *classCounts) count() uint64 {
	var n uint64
	for _, bins := range c.calibration {
		if bins == nil {
			continue
		}
		for i := range bins {
			n += bins[i].count
		}
	}
	return n
}

func (c *outcomeCounts) mergeFeedback(o *outcomeCounts, h *held) {
	if c.feedback == nil {
		c.feedback = o.feedback
		return
	}
	for _, name := range sortedKeys(o.feedback) {
		x := o.feedback[name]
		if c.feedback[name] == nil && len(c.feedback) >= h.limits.MaxCategories {
			h.overflowed.overflowed[limitCategories] += x.count
			name = overflow
		}
		c.feedback[name] = mergeHistograms(c.feedback[name], x)
	}
}

// size is about how many bytes the counts take.
func (c *outcomeCounts) size() int {
	size := outcomeSize + spreadSize*len(c.losses) + entrySize*len(c.confusion.cells) + (extraSize+8*len(feedbackBounds))*len(c.feedback)
	for _, x := range c.scores {
		size += extraSize
		for right := range x.odds {
			size += 2 * x.odds[right].sentSize() // twice as many bytes as they take when sent
			if x.calibration[right] != nil {
				size += calibrationSize
			}
		}
	}
	return size
}

// sentSize is about how many bytes of OTLP they make.
func (c *outcomeCounts) sentSize() int {
	size := pointSize * (int(joinResults) + len(c.confusion.cells) + len(c.losses))
	for _, x := range c.scores {
		for right := range x.odds {
			size += x.odds[right].sentSize() + x.calibration[right].sentSize()
		}
	}
	for _, top := range c.top {
		size += top.sentSize()
	}
	if c.errors != nil {
		size += pointSize + c.errors.sentSize()
	}
	size += c.truths.sentSize() + c.delays.sentSize()
	for _, h := range c.feedback {
		size += h.sentSize()
	}
	return size
}

func (c *calibrationCounts) sentSize() int {
	if c == nil {
		return 0
	}
	size := 0
	for i := range c {
		if c[i].count > 0 {
			size += pointSize
		}
	}
	return size
}
