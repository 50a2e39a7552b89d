package session

import (
	"fmt"
	"testing"

	"sohoa/archive"
)

// Ten thousand guesses at passwords from one address: a hundred are looked at, whatever logins they are at, and nobody else notices:
// not whoever signs in from elsewhere, nor the people of that very office at the browsers they always use.
func TestTenThousandGuessesTouchNobodyElse(t *testing.T) {
	k, a, clock := open(t)
	for _, login := range []string{"lan", "minh", "hoa"} {
		account(t, a, login, right)
	}
	const office = "203.0.113.7"
	_, known, err := k.SignIn(t.Context(), "hoa", right, Origin{Address: office})
	must(t, err)
	desk, err := k.Remember(t.Context(), known, Origin{})
	must(t, err)
	looked, stopped := 0, 0
	for i := range 10_000 {
		login := []string{"lan", "minh", "hoa", fmt.Sprintf("nguoi-%d", i)}[i%4]
		_, _, err := k.SignIn(t.Context(), login, fmt.Sprintf("đoán lần thứ %d", i), Origin{Address: office})
		switch archive.CodeOf(err) {
		case "wrong_login":
			looked++
		case "too_many_attempts":
			stopped++
		default:
			t.Fatalf("guess %d: %v", i, err)
		}
	}
	if looked != freeAddress || looked+stopped != 10_000 {
		t.Errorf("%d looked at, %d stopped", looked, stopped)
	}
	if _, _, err := k.SignIn(t.Context(), "lan", right, Origin{Address: office}); archive.CodeOf(err) != "too_many_attempts" {
		t.Errorf("the right password from there: %v", err)
	}
	for _, login := range []string{"lan", "minh", "hoa"} {
		if _, _, err := k.SignIn(t.Context(), login, right, Origin{Address: "198.51.100.1"}); err != nil {
			t.Errorf("%s from elsewhere: %v", login, err)
		}
	}
	if _, _, err := k.SignIn(t.Context(), "hoa", right, Origin{Address: office, Browser: desk}); err != nil {
		t.Errorf("at the browser of every day, from the same address: %v", err)
	}
	clock.now = clock.now.Add(longestWait)
	if _, _, err := k.SignIn(t.Context(), "minh", right, Origin{Address: office}); err != nil {
		t.Errorf("after the wait: %v", err)
	}
}
