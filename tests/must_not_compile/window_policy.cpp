// expect: satisf(y|action of) 'WindowPolicy
// SPDX-License-Identifier: MIT
#include <implicitmf/counting/cooccurrence_counter.hpp>

struct Window {
#if !defined(EXPECT_FAILURE)
  implicitmf::WindowTable table() const { return {}; }
#endif
};

void count(const implicitmf::EncodedCorpus& corpus) {
  static_cast<void>(implicitmf::CooccurrenceCounter<Window>().count(corpus));
}
