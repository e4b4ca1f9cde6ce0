// Package join has the rules by which a prediction, its ground truth and the feedback on it find each other, whichever comes
// first, and how what waits is written down. It knows nothing of time but what events say, and nothing of storage.
package join
