package conceptdrift_test

import (
	"fmt"

	"github.com/leeway-ml/leeway/stats/conceptdrift"
)

func ExampleRecommended() {
	d := conceptdrift.Recommended(conceptdrift.ErrorSignal)
	for i := range 3000 {
		// One prediction in ten is wrong, from the 2000th on three in ten.
		wrong := 0.0
		if i%10 == 0 || i >= 2000 && i%10 < 3 {
			wrong = 1
		}
		level, err := d.Update(wrong)
		if err != nil {
			fmt.Println(err)
			continue
		}
		if level == conceptdrift.Drift {
			e := d.Estimate()
			fmt.Printf("%d: error rate %.2f, before %.2f, over the last %d\n", i, e.After, e.Before, e.Since)
		}
	}
	// What is needed to go on after a restart.
	state, _ := d.MarshalBinary()
	restored, _ := conceptdrift.Restore(state)
	fmt.Println(restored.Method(), restored.Estimate() == d.Estimate())
	// Output:
	// 2207: error rate 0.29, before 0.10, over the last 224
	// adwin true
}
