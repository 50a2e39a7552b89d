package main

import "sohoa/archive"

// What tests of this package put in the place of the world when they run the program. No flag and no variable of the
// environment reaches it: in a program that was built to be used both are nil.
var (
	// stepForTest is called at every step at which the power may fail, archive.Config says which.
	stepForTest func(name string)
	// clockForTest is the clock of the house.
	clockForTest archive.Clock
)

// atStep is a step of a command.
func atStep(name string) {
	if stepForTest != nil {
		stepForTest(name)
	}
}

// stepOfStore hands the steps of a disk store on, which have names of their own.
func stepOfStore() func(string) error {
	if stepForTest == nil {
		return nil
	}
	return func(name string) error {
		stepForTest("store/" + name)
		return nil
	}
}
