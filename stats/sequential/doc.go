// Package sequential says, of counts and sums alone, whether a mean rose: a test that may be looked at after every pane of time, as
// often as one likes, without more false alarms for it.
//
// It is an e-detector (J. Shin, A. Ramdas and A. Rinaldo 2023, "E-detectors: a nonparametric framework for sequential change
// detection", New England Journal of Statistics in Data Science 2(2), 229-260) of Shiryaev and Roberts' form:
//
//	M(t) = sum over starts j of mean over steps s of exp(sum over panes i = j..t of log ratio(s, pane i))
//
// Each ratio is an e-value: where the mean is not above the baseline, its expectation is at most 1, whatever came before. So each
// start's product is a supermartingale, the expectation of M(T) at any stopping time T is at most that of T, and the mean number of
// panes until M first reaches A is at least A, if there is no change. Starts that are left out only lower M.
//
// What the ratios need to know of the values is their Law. All of it is sums, and so the same whoever added them up.
package sequential
