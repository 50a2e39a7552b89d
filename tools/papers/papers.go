package main

import "slices"

// papers in the order of their numbers, from which chance is drawn: a new paper goes to the end.
var papers = slices.Concat(building, land, people, water)
