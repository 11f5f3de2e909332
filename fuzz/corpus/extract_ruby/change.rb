module A
  class User < Base
    attr_reader :name
    def self.find(id) = where("id = #{id}")
    def []=(k, v)
      @h[k] = v if k =~ %r{^/x}
    end
    define_method(:go) do |x, *y, z: 1|
      puts <<~TEXT
        hello #{x}
      TEXT
    end
    private def empty? = !@h&.any? { |x| x }
  end
end
=======
module A
  class User < Base
    attr_reader :name
    def self.find(id) = where(id: id)
    def []=(k, v)
      @h[k] = v unless k =~ %r{^/x}
    end
    define_method(:go) do |x, *y, z: 1|
      puts <<~TEXT
        hello #{x}
      TEXT
    end
    private def empty? = !@h&.any? { |x| x }
  end
end
