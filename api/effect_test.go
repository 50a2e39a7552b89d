package api_test

import (
	"fmt"
	"math"
	"slices"
)

// effect says how far two samples lie apart: means and medians, Cohen's d, and the share of pairs in which the first is larger (0.5:
// a stranger could as well toss a coin).
func effect(a, b []float64) string {
	mean := func(x []float64) float64 {
		s := 0.0
		for _, v := range x {
			s += v
		}
		return s / float64(len(x))
	}
	variance := func(x []float64) float64 {
		m, s := mean(x), 0.0
		for _, v := range x {
			s += (v - m) * (v - m)
		}
		return s / float64(len(x)-1)
	}
	median := func(x []float64) float64 { x = slices.Sorted(slices.Values(x)); return x[len(x)/2] }
	larger := 0.0
	for _, x := range a {
		for _, y := range b {
			switch {
			case x > y:
				larger++
			case x == y:
				larger += 0.5
			}
		}
	}
	d := (mean(a) - mean(b)) / math.Sqrt((variance(a)+variance(b))/2)
	share := larger / float64(len(a)*len(b))
	n, m := float64(len(a)), float64(len(b))
	z := (share - 0.5) * n * m / math.Sqrt(n*m*(n+m+1)/12)
	return fmt.Sprintf("wrong %d: mean %.0f µs, median %.0f µs; absent %d: mean %.0f µs, median %.0f µs; Cohen's d %.3f; P(wrong > absent) %.3f (Mann-Whitney z %.2f)",
		len(a), mean(a), median(a), len(b), mean(b), median(b), d, share, z)
}
