// The serial port, a 16550.
#pragma once

void uart_init(void);
void uart_put(int c);      // waits for the port to be ready
int uart_get(void);        // the next character received, or -1
