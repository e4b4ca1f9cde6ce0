package profile

// Predictions are the keys of the variables that show what the model predicts, those that the profile has, most telling
// first: the score, then the class in binary tasks; the class in multiclass tasks, whose scores are several; the value,
// the score, the class in all others.
func (p *Profile) Predictions() []string {
	var value, score, class []string
	if p.Value != nil {
		value = []string{KeyValue}
	}
	if len(p.Scores) == 1 {
		score = []string{ScoreKey(p.Scores[0].Name)}
	}
	if p.Class != nil {
		class = []string{KeyClass}
	}
	switch p.Task {
	case Binary:
		return append(score, class...)
	case Multiclass:
		return class
	}
	return append(append(value, score...), class...)
}
