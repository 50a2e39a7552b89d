package sandbox

// selfTestRole is the role of the child that tries to break out. It runs in the profile under test.
const selfTestRole = "@selftest"

// Check is one thing the self-test tried.
type Check struct {
	Name   string `json:"name"`   // stable, snake_case: read_outside, tcp_connect, read_paper …
	Sound  bool   `json:"sound"`  // an escape was refused, or a permitted thing worked
	Detail string `json:"detail"` // the system's answer
}

// Report is the outcome of SelfTest.
type Report struct {
	Level  Level    `json:"level"`
	ABI    int      `json:"landlock_abi"` // 0: no Landlock
	Notes  []string `json:"notes,omitempty"`
	Checks []Check  `json:"checks"`
}

// Sound reports whether every check was.
func (r Report) Sound() bool { return len(r.Checks) > 0 && len(r.Unsound()) == 0 }

// Unsound names the checks that were not.
func (r Report) Unsound() []string {
	var names []string
	for _, c := range r.Checks {
		if !c.Sound {
			names = append(names, c.Name)
		}
	}
	return names
}
