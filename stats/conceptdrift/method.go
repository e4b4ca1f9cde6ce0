package conceptdrift

import "fmt"

// Method is a kind of detector. The numbers are part of the encoding of a state and never change.
type Method uint8

// The methods, in the order of their papers' years.
const (
	MethodPageHinkley Method = iota + 1
	MethodCUSUM
	MethodDDM
	MethodEDDM
	MethodADWIN
	MethodSTEPD
	MethodHDDMA
	MethodHDDMW
	MethodKSWIN
)

var methodNames = map[Method]string{
	MethodPageHinkley: "page_hinkley",
	MethodCUSUM:       "cusum",
	MethodDDM:         "ddm",
	MethodEDDM:        "eddm",
	MethodADWIN:       "adwin",
	MethodSTEPD:       "stepd",
	MethodHDDMA:       "hddm_a",
	MethodHDDMW:       "hddm_w",
	MethodKSWIN:       "kswin",
}

// Methods is all methods.
func Methods() []Method {
	return []Method{MethodPageHinkley, MethodCUSUM, MethodDDM, MethodEDDM, MethodADWIN, MethodSTEPD, MethodHDDMA, MethodHDDMW, MethodKSWIN}
}

func (m Method) String() string {
	if name, ok := methodNames[m]; ok {
		return name
	}
	return fmt.Sprintf("Method(%d)", uint8(m))
}

// Takes says which values a method is made for.
func (m Method) Takes() Values {
	switch m {
	case MethodEDDM, MethodSTEPD:
		return Errors
	case MethodDDM, MethodHDDMA, MethodHDDMW:
		return Shares
	}
	return Numbers
}

// Values is a kind of values.
type Values uint8

// Errors are 0 (right) or 1 (wrong), Shares from 0 to 1, Numbers any finite number of a size up to 1e100.
const (
	Errors Values = iota
	Shares
	Numbers
)

// New makes a detector with the method's default configuration.
func New(m Method) (Detector, error) {
	switch m {
	case MethodPageHinkley:
		return NewPageHinkley(DefaultPageHinkley())
	case MethodCUSUM:
		return NewCUSUM(DefaultCUSUM())
	case MethodDDM:
		return NewDDM(DefaultDDM())
	case MethodEDDM:
		return NewEDDM(DefaultEDDM())
	case MethodADWIN:
		return NewADWIN(DefaultADWIN())
	case MethodSTEPD:
		return NewSTEPD(DefaultSTEPD())
	case MethodHDDMA:
		return NewHDDMA(DefaultHDDMA())
	case MethodHDDMW:
		return NewHDDMW(DefaultHDDMW())
	case MethodKSWIN:
		return NewKSWIN(DefaultKSWIN())
	}
	return nil, fmt.Errorf("conceptdrift: no method %v: must be one of %v", m, Methods())
}

// readable is a detector to be read into.
type readable interface {
	Detector
	fields
}

func blank(m Method) readable {
	switch m {
	case MethodPageHinkley:
		return new(PageHinkley)
	case MethodCUSUM:
		return new(CUSUM)
	case MethodDDM:
		return new(DDM)
	case MethodEDDM:
		return new(EDDM)
	case MethodADWIN:
		return new(ADWIN)
	case MethodSTEPD:
		return new(STEPD)
	case MethodHDDMA:
		return new(HDDMA)
	case MethodHDDMW:
		return new(HDDMW)
	case MethodKSWIN:
		return new(KSWIN)
	}
	return nil
}
