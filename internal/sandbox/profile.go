package sandbox

import "time"

// Profile says what a kind of child may do. The zero value of every field is safe; zero limits mean the defaults given
// here.
type Profile struct {
	// Role names the Handler the child runs. It stands in the child's command line.
	Role string
	// Exec lists the programs, by absolute path, that the child may start. Empty: the child can create no process at all.
	Exec []string
	// Read lists files and folders the child may read. Missing ones are passed over. Optional.
	Read []string
	// Write lists folders in which the child may read, make, change and remove files. Optional.
	Write []string
	// Scratch is the folder under which each child gets a folder of its own to write in, emptied after every paper and
	// removed with the child. Empty: none.
	Scratch string
	// Env is the whole environment of the child, as "NAME=value", apart from TMPDIR and settings of the Go runtime. Optional.
	Env []string
	// Nice is added to the child's nice value. Optional.
	Nice int
	// Threads is how many threads of the child run Go code at once. Zero means one.
	Threads int
	// Time is how long the child may go without a sign of life. Zero means 30 seconds. A Task may say otherwise.
	Time time.Duration
	// CPU is how much processor time one task may cost the child, and each program it starts. Zero means, for each of
	// Threads, the larger of twice the task's Time and its Whole.
	CPU time.Duration
	// Memory caps the anonymous memory of the child together with all it started, in bytes. Zero means 256 MiB. A Task may
	// say less, not more.
	Memory int64
	// FileBytes caps the size of any one file the child writes. Zero means 64 MiB.
	FileBytes int64
	// MessageBytes caps one message, either way. Zero means 16 MiB.
	MessageBytes int
}

// Inspector is the profile of children that look at one passed descriptor and start nothing: no file, no process.
func Inspector(role string) Profile {
	return Profile{Role: role}
}

// Reader is the profile of children that may start the given programs, read what those need of the system, and write in
// a scratch folder of their own under scratch.
func Reader(role, scratch string, programs ...string) Profile {
	return Profile{
		Role:      role,
		Exec:      programs,
		Read:      systemPaths(),
		Scratch:   scratch,
		Nice:      10,
		Time:      120 * time.Second,
		Memory:    1 << 30,
		FileBytes: 256 << 20,
		Threads:   2, // the garbage collector beside the work
	}
}

// systemPaths are what a dynamically linked program of the usual systems reads before it does anything, and the folders
// in which Tesseract keeps its languages.
func systemPaths() []string {
	return []string{
		"/lib", "/lib32", "/lib64", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache",
		"/usr/share/tesseract-ocr", "/usr/share/tessdata", "/usr/local/share/tessdata", "/usr/local/share/tesseract-ocr",
		"/usr/share/zoneinfo", "/etc/localtime",
	}
}

func (p Profile) withDefaults() Profile {
	if p.Threads <= 0 {
		p.Threads = 1
	}
	if p.Time <= 0 {
		p.Time = 30 * time.Second
	}
	if p.Memory <= 0 {
		p.Memory = 256 << 20
	}
	if p.FileBytes <= 0 {
		p.FileBytes = 64 << 20
	}
	if p.MessageBytes <= 0 {
		p.MessageBytes = 16 << 20
	}
	return p
}

// Level says how much of the sandbox this machine could give.
type Level string

const (
	LevelFull       Level = "full"
	LevelNoLandlock Level = "no-landlock" // the child could open files its user may open
	LevelNoSeccomp  Level = "no-seccomp"  // the child could open UDP and unix sockets
	LevelNone       Level = "none"
)

func levelOf(landlock, seccomp bool) Level {
	switch {
	case landlock && seccomp:
		return LevelFull
	case seccomp:
		return LevelNoLandlock
	case landlock:
		return LevelNoSeccomp
	}
	return LevelNone
}

// Mode says what to do where the full level cannot be had.
type Mode string

const (
	Best    Mode = "best"    // take what the machine gives and report it
	Require Mode = "require" // start no child below LevelFull
)

// Off switches parts of the sandbox off. For tests of the levels and of SelfTest only.
type Off struct {
	Landlock bool
	Seccomp  bool
}
