// Ctrl-C: a long command ends at once, and prints what is known so far.
//
//   const lwsctl::InterruptionWatch watch;            // in main, before any other thread
//   const lwsctl::EndsInOrder ends_in_order;          // in a command that asks lwsctl::IsInterrupted() as it works
//
// A first SIGINT or SIGTERM makes IsInterrupted() true. A command that ends in order then prints what it knows. If no
// such command runs, if it takes longer than two seconds, or at a second signal, the program ends from outside: what
// was printed is flushed, and a document that is being written is written to its end. The exit code is 128 and the
// signal, as a shell tells it: 130 after Ctrl-C.
//
// Thread-safety: may be used from any thread.
#ifndef LWS_EXAMPLES_LWSCTL_INTERRUPTION_H_
#define LWS_EXAMPLES_LWSCTL_INTERRUPTION_H_

namespace lwsctl {

// Whether a signal has come that ends the program.
bool IsInterrupted();

// Whether work that did not finish was ended by a signal.
inline bool WasStopped(bool finished) { return !finished && IsInterrupted(); }

// 128 and the signal that has come; `otherwise` without one.
int ExitCodeOr(int otherwise);

class InterruptionWatch {
 public:
  // Starts a thread that waits for the signals, which all later threads block. Signals that the program was started to
  // ignore stay ignored.
  InterruptionWatch();
};

// As long as one exists, a command ends by itself soon after IsInterrupted() became true.
class EndsInOrder {
 public:
  EndsInOrder();
  ~EndsInOrder();
  EndsInOrder(const EndsInOrder&) = delete;
  EndsInOrder& operator=(const EndsInOrder&) = delete;
};

}  // namespace lwsctl

#endif  // LWS_EXAMPLES_LWSCTL_INTERRUPTION_H_
