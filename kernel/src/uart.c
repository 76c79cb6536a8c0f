#include "uart.h"

#include "memlayout.h"

// Registers, a byte each. The first two are the divisor while DLAB is set.
enum { DATA = 0, INT_ENABLE = 1, FIFO_CONTROL = 2, LINE_CONTROL = 3, LINE_STATUS = 5 };
enum { DIVISOR_LOW = 0, DIVISOR_HIGH = 1 };

#define INT_RECEIVE 0x01
#define FIFO_ON_AND_CLEAR 0x07
#define LINE_8N1 0x03
#define LINE_DLAB 0x80
#define STATUS_RECEIVED 0x01
#define STATUS_CAN_SEND 0x20

static volatile unsigned char *const port = (volatile unsigned char *)UART0;

// 38400 baud, 8 bits, no parity. Only reception interrupts: sending waits (see uart_put).
void uart_init(void) {
  static const struct {
    unsigned char reg, value;
  } script[] = {
      {INT_ENABLE, 0},           {LINE_CONTROL, LINE_DLAB},
      {DIVISOR_LOW, 3},          {DIVISOR_HIGH, 0},
      {LINE_CONTROL, LINE_8N1},  {FIFO_CONTROL, FIFO_ON_AND_CLEAR},
      {INT_ENABLE, INT_RECEIVE},
  };
  for (unsigned i = 0; i < sizeof(script) / sizeof(script[0]); i++)
    port[script[i].reg] = script[i].value;
}

void uart_put(int c) {
  while (!(port[LINE_STATUS] & STATUS_CAN_SEND))
    ;
  port[DATA] = c;
}

int uart_get(void) {
  return port[LINE_STATUS] & STATUS_RECEIVED ? port[DATA] : -1;
}
