// React decides when it is loaded which of its two builds it is: so this is imported before anything that loads React.
process.env.NODE_ENV = "production";
