// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <memory>

#include "reportctl/store/state.hpp"

namespace reportctl::store {

class ReadTransaction;
class WriteTransaction;

/// Everything that is read while it lives is of one moment, and the file is locked once for all of it. Nothing may be written
/// meanwhile, and no other moment begun.
class Moment {
 public:
  explicit Moment(State&);
  ~Moment();
  Moment(const Moment&) = delete;
  Moment& operator=(const Moment&) = delete;

 private:
  std::unique_ptr<ReadTransaction> transaction_;
};

/// What is written while it lives is one transaction, made durable by commit(). Without commit() nothing of it happened.
class Together {
 public:
  explicit Together(State&);
  ~Together();
  Together(const Together&) = delete;
  Together& operator=(const Together&) = delete;
  void commit();

 private:
  std::unique_ptr<WriteTransaction> transaction_;
};

}  // namespace reportctl::store
