package archive

// step is called wherever the power failing would leave one thing durable and the next not: between the writes of an act, and
// once behind the last. The name is the act's and what is durable there. cmd/sohoa TestTorture kills the program at every one
// of them, and fails when it does not come by one.
func (a *Archive) step(name string) {
	if a.StepForTest != nil {
		a.StepForTest(name)
	}
}
