// Package conceptdrift says when a stream of numbers changed: errors of a model, its losses, its scores, an input.
//
// A Detector takes one value after the other and remembers next to nothing: some numbers, or a short window; ADWIN, whose memory
// grows with the logarithm of the number of values, 2 KiB at 10^7. None allocates memory at an update but ADWIN, some twenty times in
// 10^6 values. State and configuration are encoded in at most MaxState bytes, and a detector that is restored goes on to the bit.
//
//	method         values     drift where                                     warnings
//	page_hinkley   numbers    deviations from the mean add up                 no
//	cusum          numbers    the same, forgetting nothing                    no
//	ddm            0 to 1     the error rate is far above its best            yes
//	eddm           0 or 1     errors come closer together                     yes
//	adwin          numbers    two parts of a window have other means          no
//	stepd          0 or 1     the newest errors are more, or less             yes
//	hddm_a         0 to 1     a mean exceeds Hoeffding's bound                yes
//	hddm_w         0 to 1     a moving average exceeds McDiarmid's bound      yes
//	kswin          numbers    the newest values have another distribution     no
//
// Recommended chooses. docs/concept-drift.md says which to use when, with false alarms and delays by simulation.
//
// All begin anew after a drift, with the next value. None takes NaN, infinities or values outside of its range: Update says so and
// leaves the detector as it was. None finds a drift in a stream that is constant.
//
// # Other implementations
//
// Defaults and rules are those of River 0.19, and so are all change points, and beginnings of warnings, on eight streams: two of real
// models' errors, six simulated. Where this is not so, or River has no such method:
//
//   - KSWIN draws random numbers, from its seed by SplitMix64, where River uses Python's generator. Its drifts are as many as River's
//     over ten seeds, and the first comes when River's does. The generator goes on after a drift; River's begins again.
//   - HDDM-A and HDDM-W in both directions: where an increase drifts and a decrease warns at the same value, River says both, these
//     the drift. It has not been seen to matter.
//   - HDDM-W has River's moving average, which takes the value itself as long as the average is 0. With FromFirst it has the paper's, and
//     the change points of tornado and scikit-multiflow.
//   - ADWIN counts values from the first of its window, so that great constants are no drift. At a drift, its estimate is of the whole
//     window, split where the change is likeliest; River's window has lost its older side by then. ScaleFree and Direction are not
//     in River.
//   - Page-Hinkley is not what others call so: frouros and tornado test the sum itself, scikit-multiflow a sum that never falls below 0; River, and
//     this package, the sum against its least.
//   - CUSUM is not in River. It has the change points of frouros and tornado.
//   - STEPD is not in River. It has the change points of frouros, but where the difference of the two shares is less than its
//     continuity correction: frouros then takes the absolute value of a negative statistic, so that 60 values without an error are a
//     drift. On the errors of a model of the New South Wales electricity market they differ from value 3502 on.
//   - DDM, HDDM-A and HDDM-W take shares between 0 and 1 too. EDDM and STEPD take 0 and 1 alone, and refuse what River's EDDM would
//     count as no error.
package conceptdrift
