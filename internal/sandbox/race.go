//go:build race

package sandbox

// raceDetector is set in builds whose shadow memory would not fit under RLIMIT_DATA.
const raceDetector = true
