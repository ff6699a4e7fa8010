// expect: satisf(y|action of) 'Tokenizer
// SPDX-License-Identifier: MIT
#include <implicitmf/corpus/read_corpus.hpp>

struct Words {
  template <class Sink>
#if defined(EXPECT_FAILURE)
  void operator()(std::string_view text) const {
    Sink().token(text);
  }
#else
  void operator()(std::string_view text, Sink& sink) const {
    sink.token(text);
  }
#endif
};

void read() { static_cast<void>(implicitmf::read_corpus("text", {}, Words{})); }
