// The interrupt controller of the devices.
#pragma once

void plic_init(void);     // once
void plic_inithart(void); // on each hart
int plic_claim(void);     // the interrupt to serve on this hart, 0 when there is none
void plic_complete(int irq);
