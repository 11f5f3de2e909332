// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;
contract Bank is Base {
  mapping(address => uint) public balances;
  modifier only(address a) { require(msg.sender == a, "no"); _; }
  constructor() Base(1) payable {}
  receive() external payable {}
  function take(uint n) external only(owner) returns (bool ok) { (ok, ) = msg.sender.call{value: n}(""); balances[msg.sender] -= n; }
  fallback() external { assembly { revert(0, 0) } }
}
=======
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;
contract Bank is Base {
  mapping(address => uint) public balances;
  modifier only(address a) { require(msg.sender == a, "no"); _; }
  constructor() Base(1) payable {}
  receive() external payable {}
  function take(uint n) external only(owner) returns (bool ok) { balances[msg.sender] -= n; (ok, ) = msg.sender.call{value: n}(""); }
  fallback() external { assembly { revert(0, 0) } }
}
