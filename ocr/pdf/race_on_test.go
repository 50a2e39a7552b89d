//go:build race

package pdf

// raceDetector says that the shadow memory of the race detector is mapped, which fits under no limit.
const raceDetector = true
