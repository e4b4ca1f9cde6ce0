// Program bench measures whole pipelines of a real collector: what a prediction costs, how many a second go through, and
// what a full store of windows takes. `make bench-pipelines` runs it; docs/performance.md says what came out.
//
// It starts collectors of its own (package collector) with one pipeline each, sends them requests that were marshalled
// beforehand, and reads their processor time and memory from the operating system and their heap from the pprof extension.
// It needs Linux, for /proc.
package main
