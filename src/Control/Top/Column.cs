namespace Reuseportd.Control.Top;

internal enum Column
{
    Worker,
    State,
    Pid,
    Uptime,
    Restarts,
    Cpu,
    Memory,
    Connections,
    NewConnections,
    Queue,
    Bind,
}
