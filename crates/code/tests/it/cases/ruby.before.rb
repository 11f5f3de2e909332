module Shop::Web
  class Order < Base
    LIMIT = 1

    def total(tax = 1)
      sum * tax
    end

    def self.load(path)
      Marshal.load(path)
    end

    class << self
      def build
        new
      end
    end

    private def secret(x)
      x + 1
    end

    define_method(:dynamic) do |x|
      x
    end

    scope :open, -> {
      where(open: true)
    }

    def ==(other)
      id == other.id
    end

    def name=(value)
      @name = value
    end

    def square(x) = x * x

    def each_line
      lines.each do |line|
        puts line
      end
    end
  end
end

get '/user' do
  db.execute("select #{params[:id]}")
end

task :deploy => [:build] do |t|
  sh "x"
end

describe "orders" do
  it "adds" do
    expect(1).to eq 1
  end
end

Point = Struct.new(:x) do
  def to_s
    "x"
  end
end
