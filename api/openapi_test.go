package api_test

import (
	"testing"
)

func TestSmoke(t *testing.T) {
	w := build(t)
	_ = w.token("clerk", "H15")
}
