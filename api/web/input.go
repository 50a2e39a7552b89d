package web

// Input is one field of a form. A template makes it of a name, a text key, a value and what is wrong with it, and adds
// what is special: {{template "input" ((.Input "old" "password.old" "" "").As "password" "current-password")}}.
type Input struct {
	Name, Label, Value, Fault string
	Type, Complete            string
	Help                      string
	Choices                   string // id of a datalist
	Options                   []Option
	Rows                      int // of a text area
	Must                      bool
	Plain                     bool // shown, not to be changed
}

// Input begins a field.
func (f *Frame) Input(name, key, value, fault string) Input {
	return Input{Name: name, Label: f.T(key), Value: value, Fault: fault, Type: "text", Complete: "off"}
}

// As sets the type of the field and what a browser may fill in by itself.
func (i Input) As(typ, complete string) Input { i.Type, i.Complete = typ, complete; return i }

// Hint adds a sentence under the label.
func (i Input) Hint(text string) Input { i.Help = text; return i }

// List offers the values of a datalist.
func (i Input) List(id string) Input { i.Choices = id; return i }

// Of makes it a choice of options.
func (i Input) Of(options []Option) Input { i.Options = options; return i }

// Lines makes it a text area.
func (i Input) Lines(n int) Input { i.Rows = n; return i }

// Needed marks a field that must not be left empty.
func (i Input) Needed() Input { i.Must = true; return i }

// Fixed shows a field that cannot be changed here.
func (i Input) Fixed(yes bool) Input { i.Plain = yes; return i }
