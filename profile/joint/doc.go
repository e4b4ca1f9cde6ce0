// Package joint turns one prediction into what it adds to the summaries of the joint drift: by the bins of its features, or by a
// vector. Who builds a profile and who summarises live traffic use the same code, so that both are of the same numbers.
package joint
