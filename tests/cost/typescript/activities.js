// The activity of the workflows.

async function greet(name) {
  return `Hello, ${name}!`;
}

module.exports = { greet };
